/**
 * docs/configuration.md, written from the declarations, so that it cannot say anything else than the program does. A test compares;
 * `npx vitest run tests/lib/configuration-doc.test.ts -u` writes it anew.
 */
import type { Field } from '@/lib/config/field'
import { fieldOf, keys, type Key } from '@/lib/config/fields'
import { formGroups, lacking } from '@/lib/config/form'
import { writeFlow, writeNumber } from '@/lib/config/written'
import { translate } from '@/lib/messages'

const words = translate('en')

/** A table cell: no pipe may end it early. */
const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('<', '&lt;')
const row = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string => [row(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(row)].join('\n')

const numeric = (field: Field, value: number): string => writeNumber(value, field.kind === 'number')

function rangeOf(field: Field): string {
  const parts = [
    field.minimum !== undefined && `≥ ${field.minimum}`,
    field.above !== undefined && `> ${field.above}`,
    field.maximum !== undefined && `≤ ${field.maximum}`,
    field.below !== undefined && `< ${field.below}`,
  ]
  return parts.filter((part) => part !== false).join(', ')
}

const kinds: Readonly<Record<Field['kind'], string>> = {
  integer: 'whole number', number: 'number', amount: 'count, or share below 1', boolean: 'true, false', text: 'text', choice: '', names: 'names', object: 'mapping', text_or_true: 'text, or true',
}

function typeOf(field: Field): string {
  if (field.options) return field.options.map((option) => `\`${option}\``).join(', ')
  const range = rangeOf(field)
  return range ? `${kinds[field.kind]}, ${range}` : kinds[field.kind]
}

function shown(field: Field, value: unknown): string {
  if (value === null) return '–'
  if (typeof value === 'number') return `\`${numeric(field, value)}\``
  if (Array.isArray(value)) return `\`${value.join(',')}\``
  return value === '' ? '–' : `\`${typeof value === 'object' ? writeFlow(value) : String(value)}\``
}

/** The default, and the page's first value where that is another. */
const defaults = (field: Field): string => shown(field, field.default) + (field.form === undefined ? '' : ` (page: ${shown(field, field.form)})`)

/** What keeps a setting, or some of its values, from working. */
function support(key: Key): string {
  const { needs, inert } = fieldOf(key)
  const feature = lacking(key)
  if (feature) return `Not yet: ${words.features[feature]}.`
  if (inert) return 'No effect on this engine.'
  const values = Object.entries(needs ?? {}).map(([value, name]) => `\`${value}\` (${words.features[name]})`)
  return values.length === 0 ? '' : `Not yet: ${values.join(', ')}.`
}

const isLabelled = (key: Key): key is Key & keyof typeof words.fields => Object.hasOwn(words.fields, key)

function pageRow(key: Key): string[] {
  const { label, help } = isLabelled(key) ? words.fields[key] : { label: '', help: '' }
  return [`\`${key}\``, label, typeOf(fieldOf(key)), defaults(fieldOf(key)), [help, support(key)].filter(Boolean).join(' ')]
}

const pageSections = (): string[] =>
  formGroups.flatMap(({ id, keys: inside }) => [`### ${words.groups[id as keyof typeof words.groups]}`, table(['Key', 'Label', 'Type', 'Default', 'What it does'], inside.map(pageRow))])

const offPage = keys.filter((key) => fieldOf(key).group === undefined)
const plainRow = (key: Key): string[] => [`\`${key}\``, typeOf(fieldOf(key)), defaults(fieldOf(key))]

function offPageSections(): string[] {
  const inert = offPage.filter((key) => fieldOf(key).inert)
  const dependents = offPage.filter((key) => fieldOf(key).part_of)
  const missing = offPage.filter((key) => fieldOf(key).needs)
  const working = offPage.filter((key) => ![inert, dependents, missing].some((others) => others.includes(key)))
  return [
    '## Settings that are only in files and on the command line',
    table(['Key', 'Type', 'Default'], working.map(plainRow)),
    '## Settings that this version does not have yet',
    'Their defaults are accepted; any other value is refused with a sentence, so that nothing is ignored that would change the training.',
    table(['Key', 'Type', 'Default', 'Status'], missing.map((key) => [...plainRow(key), support(key)])),
    '## Settings that count only together with another',
    'They are accepted and kept, and have an effect once the other setting is used.',
    table(['Key', 'Type', 'Default', 'With'], dependents.map((key) => [...plainRow(key), `\`${fieldOf(key).part_of}\``])),
    '## Settings without effect on this engine',
    'They steer PyTorch, other back ends or several devices. They are accepted and kept, so that the same file still means the same to LLaMA-Factory.',
    inert.map((key) => `\`${key}\``).join(', '),
  ]
}

const introduction = `# Configuration

<!-- Written by tools/configuration-doc.ts from lib/config; change the declarations there. -->

A training is described by one file of settings, \`training_args.yaml\`. Its keys are LLaMA-Factory's (0.9.5), so the same file runs under
\`npx tuneboard train x.yaml\` and under \`llamafactory-cli train x.yaml\`. The page's form, its checks, the preview of the command, the server and the trainer
all come from the same declarations (\`lib/config/fields.ts\`).

- Settings on the command line win over the file: \`npx tuneboard train x.yaml learning_rate=1e-4 bf16=true\`. Without a file, \`--key value\` works as well.
- Files are read as PyYAML reads them. Numbers may be written \`5e-5\`, \`5.0e-05\` or \`"5e-5"\`; names as a list or with commas.
- An unknown key, a number out of range or two settings that do not go together are refused with a sentence, before anything is written.
- A file can be dropped on the Train page or chosen there: LLaMA-Factory's YAML or JSON, a run's \`training_args.yaml\`, or LLaMA Board's own \`llamaboard_config.yaml\`. The page first says what it would change, names
  every unknown key with the nearest known one, and puts a value that cannot be used into its field with the reason. What the file leaves out is at its default, as it would be when the file is run. The output folder is the page's.
- "Default" is what a missing key means in a file; the page starts with LLaMA Board's first values where they differ.
- \`lora_alpha\` left empty is twice \`lora_rank\`. \`bf16: true\` computes the matrix products in bfloat16, on the processor too; without it everything is float32.
- \`warmup_ratio\` and \`warmup_steps\` cannot both be set: transformers 4 and 5 disagree on which of them wins. \`warmup_steps\` below 1 is a share as well.
- \`warmup_stable_decay\` keeps a third of the updates after the warmup stable, as LLaMA-Factory does, unless \`lr_scheduler_kwargs\` says otherwise.
- \`reduce_lr_on_plateau\` and \`greedy\` follow the evaluation loss: they change the rate after an evaluation, know no warmup, and need \`eval_strategy\`.`

/** The whole page of documentation. */
export function configurationDoc(): string {
  return `${[introduction, '## Settings of the page', ...pageSections(), ...offPageSections()].join('\n\n')}\n`
}
