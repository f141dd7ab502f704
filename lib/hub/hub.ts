/** The hubs that datasets and models are fetched from, as a table of what is to be known of each. Their protocols are `hub/huggingface` and `hub/modelscope`. */

export const hubNames = ['huggingface', 'modelscope'] as const
export type HubName = (typeof hubNames)[number]

export type RepoKind = 'dataset' | 'model'

export interface HubFacts {
  title: string
  endpoint: string
  /** Environment variables, the first that is set counts. */
  endpoint_variables: readonly string[]
  token_variables: readonly string[]
  /** Where a person gets a token, below the endpoint. */
  token_page: string
  /** What is meant when no revision is named. */
  revision: string
  /** Where a repository's page is, below the endpoint. */
  pages: Record<RepoKind, string>
}

export const hubs: Record<HubName, HubFacts> = {
  huggingface: {
    title: 'Hugging Face',
    endpoint: 'https://huggingface.co',
    endpoint_variables: ['HF_ENDPOINT'],
    token_variables: ['HF_TOKEN', 'HUGGING_FACE_HUB_TOKEN'],
    token_page: 'settings/tokens',
    revision: 'main',
    pages: { dataset: 'datasets/', model: '' },
  },
  modelscope: {
    title: 'ModelScope',
    endpoint: 'https://modelscope.cn',
    endpoint_variables: ['MODELSCOPE_ENDPOINT', 'MODELSCOPE_DOMAIN'],
    token_variables: ['MODELSCOPE_API_TOKEN', 'MODELSCOPE_SDK_TOKEN'],
    token_page: 'my/myaccesstoken',
    revision: 'master',
    pages: { dataset: 'datasets/', model: 'models/' },
  },
}

/** A file of a repository at one revision. */
export interface HubFile {
  path: string
  size: number
  /** Of the content; null where the hub keeps the file in git itself. */
  sha256: string | null
  /** Of the content as a git blob; null where the hub does not say. */
  git_sha1: string | null
}

/** A dataset or model as a search finds it. */
export interface HubHit {
  id: string
  downloads: number
  likes: number
  /** Whether its owner must be asked first. */
  gated: boolean
}
