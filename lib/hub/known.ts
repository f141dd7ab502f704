/**
 * Datasets of the hubs that people train on, as facts from LLaMA-Factory 0.9.5's dataset_info.json: where each lies and what its columns mean. Texts only.
 * Names may be of repositories that ask for consent, or that have gone; the hub says so when it is asked.
 */
import { entrySchema, resolveEntry } from '@/lib/datasets/info'
import type { Mapping } from '@/lib/datasets/mapping'
import { hubNames, type HubName } from '@/lib/hub/hub'
import type { DatasetRef } from '@/lib/hub/ref'

export interface KnownDataset {
  name: string
  /** Its rows on each hub that has them. */
  refs: Partial<Record<HubName, DatasetRef>>
  mapping: Mapping
}

const rows = {
  alpaca_en: { hf_hub_url: 'llamafactory/alpaca_en', ms_hub_url: 'llamafactory/alpaca_en' },
  alpaca_zh: { hf_hub_url: 'llamafactory/alpaca_zh', ms_hub_url: 'llamafactory/alpaca_zh' },
  alpaca_gpt4_en: { hf_hub_url: 'llamafactory/alpaca_gpt4_en', ms_hub_url: 'llamafactory/alpaca_gpt4_en' },
  alpaca_gpt4_zh: { hf_hub_url: 'llamafactory/alpaca_gpt4_zh', ms_hub_url: 'llamafactory/alpaca_gpt4_zh' },
  glaive_toolcall_en: { hf_hub_url: 'llamafactory/glaive_toolcall_en', formatting: 'sharegpt', columns: { messages: 'conversations', tools: 'tools' } },
  glaive_toolcall_zh: { hf_hub_url: 'llamafactory/glaive_toolcall_zh', formatting: 'sharegpt', columns: { messages: 'conversations', tools: 'tools' } },
  lima: { hf_hub_url: 'llamafactory/lima', formatting: 'sharegpt' },
  guanaco: { hf_hub_url: 'JosephusCheung/GuanacoDataset', ms_hub_url: 'AI-ModelScope/GuanacoDataset' },
  belle_2m: { hf_hub_url: 'BelleGroup/train_2M_CN', ms_hub_url: 'AI-ModelScope/train_2M_CN' },
  belle_1m: { hf_hub_url: 'BelleGroup/train_1M_CN', ms_hub_url: 'AI-ModelScope/train_1M_CN' },
  'belle_0.5m': { hf_hub_url: 'BelleGroup/train_0.5M_CN', ms_hub_url: 'AI-ModelScope/train_0.5M_CN' },
  belle_dialog: { hf_hub_url: 'BelleGroup/generated_chat_0.4M', ms_hub_url: 'AI-ModelScope/generated_chat_0.4M' },
  belle_math: { hf_hub_url: 'BelleGroup/school_math_0.25M', ms_hub_url: 'AI-ModelScope/school_math_0.25M' },
  open_platypus: { hf_hub_url: 'garage-bAInd/Open-Platypus', ms_hub_url: 'AI-ModelScope/Open-Platypus' },
  codealpaca: { hf_hub_url: 'sahil2801/CodeAlpaca-20k', ms_hub_url: 'AI-ModelScope/CodeAlpaca-20k' },
  alpaca_cot: { hf_hub_url: 'QingyiSi/Alpaca-CoT', ms_hub_url: 'AI-ModelScope/Alpaca-CoT' },
  openorca: { hf_hub_url: 'Open-Orca/OpenOrca', ms_hub_url: 'AI-ModelScope/OpenOrca', columns: { prompt: 'question', response: 'response', system: 'system_prompt' } },
  slimorca: { hf_hub_url: 'Open-Orca/SlimOrca', formatting: 'sharegpt' },
  mathinstruct: { hf_hub_url: 'TIGER-Lab/MathInstruct', ms_hub_url: 'AI-ModelScope/MathInstruct', columns: { prompt: 'instruction', response: 'output' } },
  firefly: { hf_hub_url: 'YeungNLP/firefly-train-1.1M', columns: { prompt: 'input', response: 'target' } },
  wikiqa: { hf_hub_url: 'wiki_qa', columns: { prompt: 'question', response: 'answer' } },
  webqa: { hf_hub_url: 'suolyer/webqa', ms_hub_url: 'AI-ModelScope/webqa', columns: { prompt: 'input', response: 'output' } },
  webnovel: { hf_hub_url: 'zxbsmk/webnovel_cn', ms_hub_url: 'AI-ModelScope/webnovel_cn' },
  nectar_sft: { hf_hub_url: 'AstraMindAI/SFT-Nectar', ms_hub_url: 'AI-ModelScope/SFT-Nectar' },
  deepctrl: { ms_hub_url: 'deepctrl/deepctrl-sft-data' },
  adgen_train: { hf_hub_url: 'HasturOfficial/adgen', ms_hub_url: 'AI-ModelScope/adgen', split: 'train', columns: { prompt: 'content', response: 'summary' } },
  adgen_eval: { hf_hub_url: 'HasturOfficial/adgen', ms_hub_url: 'AI-ModelScope/adgen', split: 'validation', columns: { prompt: 'content', response: 'summary' } },
  sharegpt_hyper: { hf_hub_url: 'totally-not-an-llm/sharegpt-hyperfiltered-3k', formatting: 'sharegpt' },
  sharegpt4: { hf_hub_url: 'shibing624/sharegpt_gpt4', ms_hub_url: 'AI-ModelScope/sharegpt_gpt4', formatting: 'sharegpt' },
  sgsc_b2b_entities: { hf_hub_url: 'Nooxus-AI/NOO-Verified-Global-Entities', formatting: 'sharegpt', columns: { messages: 'messages' } },
  ultrachat_200k: { hf_hub_url: 'HuggingFaceH4/ultrachat_200k', ms_hub_url: 'AI-ModelScope/ultrachat_200k', split: 'train_sft', formatting: 'sharegpt', columns: { messages: 'messages' }, tags: { role_tag: 'role', content_tag: 'content', user_tag: 'user', assistant_tag: 'assistant' } },
  infinity_instruct: { hf_hub_url: 'BAAI/Infinity-Instruct', formatting: 'sharegpt' },
  agent_instruct: { hf_hub_url: 'THUDM/AgentInstruct', ms_hub_url: 'ZhipuAI/AgentInstruct', formatting: 'sharegpt' },
  lmsys_chat: { hf_hub_url: 'lmsys/lmsys-chat-1m', ms_hub_url: 'AI-ModelScope/lmsys-chat-1m', formatting: 'sharegpt', columns: { messages: 'conversation' }, tags: { role_tag: 'role', content_tag: 'content', user_tag: 'user', assistant_tag: 'assistant' } },
  evol_instruct: { hf_hub_url: 'WizardLM/WizardLM_evol_instruct_V2_196k', ms_hub_url: 'AI-ModelScope/WizardLM_evol_instruct_V2_196k', formatting: 'sharegpt' },
  glaive_toolcall_100k: { hf_hub_url: 'hiyouga/glaive-function-calling-v2-sharegpt', formatting: 'sharegpt', columns: { messages: 'conversations', tools: 'tools' } },
  cosmopedia: { hf_hub_url: 'HuggingFaceTB/cosmopedia', columns: { prompt: 'prompt', response: 'text' } },
  stem_zh: { hf_hub_url: 'hfl/stem_zh_instruction' },
  ruozhiba_gpt4: { hf_hub_url: 'hfl/ruozhiba_gpt4_turbo' },
  neo_sft: { hf_hub_url: 'm-a-p/neo_sft_phase2', formatting: 'sharegpt' },
  magpie_pro_300k: { hf_hub_url: 'Magpie-Align/Magpie-Pro-300K-Filtered', formatting: 'sharegpt' },
  magpie_ultra: { hf_hub_url: 'argilla/magpie-ultra-v0.1', columns: { prompt: 'instruction', response: 'response' } },
  web_instruct: { hf_hub_url: 'TIGER-Lab/WebInstructSub', columns: { prompt: 'question', response: 'answer' } },
  openo1_sft: { hf_hub_url: 'llamafactory/OpenO1-SFT', ms_hub_url: 'llamafactory/OpenO1-SFT', columns: { prompt: 'prompt', response: 'response' } },
  open_thoughts: { hf_hub_url: 'llamafactory/OpenThoughts-114k', formatting: 'sharegpt', columns: { messages: 'messages' }, tags: { role_tag: 'role', content_tag: 'content', user_tag: 'user', assistant_tag: 'assistant', system_tag: 'system' } },
  open_r1_math: { hf_hub_url: 'llamafactory/OpenR1-Math-94k', formatting: 'sharegpt', columns: { messages: 'messages' }, tags: { role_tag: 'role', content_tag: 'content', user_tag: 'user', assistant_tag: 'assistant', system_tag: 'system' } },
  chinese_r1_distill: { hf_hub_url: 'Congliu/Chinese-DeepSeek-R1-Distill-data-110k-SFT', ms_hub_url: 'liucong/Chinese-DeepSeek-R1-Distill-data-110k-SFT' },
  oasst_de: { hf_hub_url: 'mayflowergmbh/oasst_de' },
  dolly_15k_de: { hf_hub_url: 'mayflowergmbh/dolly-15k_de' },
  'alpaca-gpt4_de': { hf_hub_url: 'mayflowergmbh/alpaca-gpt4_de' },
  openschnabeltier_de: { hf_hub_url: 'mayflowergmbh/openschnabeltier_de' },
  evol_instruct_de: { hf_hub_url: 'mayflowergmbh/evol-instruct_de' },
  dolphin_de: { hf_hub_url: 'mayflowergmbh/dolphin_de' },
  booksum_de: { hf_hub_url: 'mayflowergmbh/booksum_de' },
  airoboros_de: { hf_hub_url: 'mayflowergmbh/airoboros-3.0_de' },
  ultrachat_de: { hf_hub_url: 'mayflowergmbh/ultra-chat_de' },
  dlr_web: { hf_hub_url: 'Attention1115/DLR-Web', split: 'full', columns: { prompt: 'question', response: 'response' } },
  dpo_mix_en: { hf_hub_url: 'llamafactory/DPO-En-Zh-20k', subset: 'en', ranking: true, formatting: 'sharegpt', columns: { messages: 'conversations', chosen: 'chosen', rejected: 'rejected' } },
  dpo_mix_zh: { hf_hub_url: 'llamafactory/DPO-En-Zh-20k', subset: 'zh', ranking: true, formatting: 'sharegpt', columns: { messages: 'conversations', chosen: 'chosen', rejected: 'rejected' } },
  ultrafeedback: { hf_hub_url: 'llamafactory/ultrafeedback_binarized', ms_hub_url: 'llamafactory/ultrafeedback_binarized', ranking: true, columns: { prompt: 'instruction', chosen: 'chosen', rejected: 'rejected' } },
  coig_p: { hf_hub_url: 'm-a-p/COIG-P', ranking: true, formatting: 'sharegpt', columns: { messages: 'conversations', chosen: 'chosen', rejected: 'rejected' } },
  orca_pairs: { hf_hub_url: 'Intel/orca_dpo_pairs', ranking: true, columns: { prompt: 'question', chosen: 'chosen', rejected: 'rejected', system: 'system' } },
  nectar_rm: { hf_hub_url: 'AstraMindAI/RLAIF-Nectar', ms_hub_url: 'AI-ModelScope/RLAIF-Nectar', ranking: true },
  orca_dpo_de: { hf_hub_url: 'mayflowergmbh/intel_orca_dpo_pairs_de', ranking: true },
  kto_mix_en: { hf_hub_url: 'argilla/kto-mix-15k', formatting: 'sharegpt', columns: { messages: 'completion', kto_tag: 'label' }, tags: { role_tag: 'role', content_tag: 'content', user_tag: 'user', assistant_tag: 'assistant' } },
  ultrafeedback_kto: { hf_hub_url: 'argilla/ultrafeedback-binarized-preferences-cleaned-kto', ms_hub_url: 'AI-ModelScope/ultrafeedback-binarized-preferences-cleaned-kto', columns: { prompt: 'prompt', response: 'completion', kto_tag: 'label' } },
  refinedweb: { hf_hub_url: 'tiiuae/falcon-refinedweb', columns: { prompt: 'content' } },
  redpajama_v2: { hf_hub_url: 'togethercomputer/RedPajama-Data-V2', columns: { prompt: 'raw_content' }, subset: 'default' },
  wikipedia_en: { hf_hub_url: 'olm/olm-wikipedia-20221220', ms_hub_url: 'AI-ModelScope/olm-wikipedia-20221220', columns: { prompt: 'text' } },
  wikipedia_zh: { hf_hub_url: 'pleisto/wikipedia-cn-20230720-filtered', ms_hub_url: 'AI-ModelScope/wikipedia-cn-20230720-filtered', columns: { prompt: 'completion' } },
  pile: { hf_hub_url: 'monology/pile-uncopyrighted', ms_hub_url: 'AI-ModelScope/pile', columns: { prompt: 'text' } },
  skypile: { hf_hub_url: 'Skywork/SkyPile-150B', ms_hub_url: 'AI-ModelScope/SkyPile-150B', columns: { prompt: 'text' } },
  fineweb: { hf_hub_url: 'HuggingFaceFW/fineweb', columns: { prompt: 'text' } },
  fineweb_edu: { hf_hub_url: 'HuggingFaceFW/fineweb-edu', columns: { prompt: 'text' } },
  cci3_hq: { hf_hub_url: 'BAAI/CCI3-HQ', columns: { prompt: 'text' } },
  cci3_data: { hf_hub_url: 'BAAI/CCI3-Data', columns: { prompt: 'text' } },
  cci4_base: { hf_hub_url: 'BAAI/CCI4.0-M2-Base-v1', columns: { prompt: 'text' } },
  cci4_cot: { hf_hub_url: 'BAAI/CCI4.0-M2-CoT-v1', columns: { prompt: 'text' } },
  cci4_extra: { hf_hub_url: 'BAAI/CCI4.0-M2-Extra-v1', columns: { prompt: 'text' } },
  the_stack: { hf_hub_url: 'bigcode/the-stack', ms_hub_url: 'AI-ModelScope/the-stack', columns: { prompt: 'content' } },
  starcoder_python: { hf_hub_url: 'bigcode/starcoderdata', ms_hub_url: 'AI-ModelScope/starcoderdata', columns: { prompt: 'content' }, folder: 'python' },
}

function fromRow([name, row]: [string, unknown]): KnownDataset {
  const entry = entrySchema.parse(row)
  const { formatting, ranking, columns, tags } = resolveEntry(name, entry)
  const found = hubNames.map((hub) => resolveEntry(name, entry, hub))
  return { name, refs: Object.fromEntries(found.flatMap(({ hub }) => (hub ? [[hub.hub, hub]] : []))), mapping: { formatting, ranking, columns, tags } }
}

export const knownDatasets: readonly KnownDataset[] = Object.entries(rows).map(fromRow)

/** What is known of a dataset by its id. */
export const knownById = (hub: HubName, id: string): KnownDataset | null => knownDatasets.find(({ refs }) => refs[hub]?.id === id) ?? null
