/**
 * From the files of a repository to subsets and splits, by the rules of the `datasets` library (`data_files.py`, `load.py`): what the card says, else folders
 * and file names that speak of train, validation and test, else everything as `train`. Left out: pictures, sounds, and repositories that bring a program.
 */
import { UserError } from '@/lib/errors'
import type { CardConfig } from '@/lib/hub/card'
import { matchFiles } from '@/lib/hub/glob'
import type { DatasetRef } from '@/lib/hub/ref'

export interface HubSplit {
  name: string
  files: string[]
}

export interface HubConfig {
  name: string
  /** Whether it is meant where no subset is named. */
  is_default: boolean
  splits: HubSplit[]
}

/** Endings of files with rows, by what they hold; the order decides between equally many. */
const rowTypes = [['parquet'], ['arrow'], ['jsonl', 'json', 'ndjson'], ['csv'], ['tsv'], ['txt']] as const
const rowEndings: readonly string[] = rowTypes.flat()

const notData = ['README.md', 'config.json', 'dataset_info.json', 'dataset_infos.json', 'dummy_data.zip', 'dataset_dict.json']

const keywords: [split: string, words: string[]][] = [
  ['train', ['train', 'training']],
  ['validation', ['validation', 'valid', 'dev', 'val']],
  ['test', ['test', 'testing', 'eval', 'evaluation']],
]
const between = '[-._ 0-9]'
const inFolderName = (word: string) => [`**/${word}/**`, `**/${word}${between}*/**`, `**/*${between}${word}/**`, `**/*${between}${word}${between}*/**`]
const inFileName = (word: string) => [`**/${word}${between}*`, `**/*${between}${word}${between}*`]

const baseName = (file: string) => file.slice(file.lastIndexOf('/') + 1)
const endings = (file: string) => baseName(file).toLowerCase().split('.').slice(1)
const holdsRows = (file: string) => endings(file).some((ending) => rowEndings.includes(ending))

function matchAll(files: readonly string[], globs: readonly string[]): string[] {
  return [...new Set(globs.flatMap((glob) => matchFiles(files, glob)))]
}

/** `data/train-00000-of-00004.parquet` and its like: the part before the numbers is the split. */
function sharded(files: readonly string[]): HubSplit[] {
  const splits = new Map<string, string[]>()
  for (const file of files) {
    const name = /^data\/(?<split>\w+(?:\.\w+)*)-\d{5}-of-\d{5}[^/]*\.[^/]*$/.exec(file)?.groups?.split
    if (name !== undefined) splits.set(name, [...(splits.get(name) ?? []), file])
  }
  const known = keywords.map(([split]) => split)
  const rank = (name: string) => (known.includes(name) ? known.indexOf(name) : known.length)
  return [...splits].map(([name, found]) => ({ name, files: found.sort() })).sort((a, b) => rank(a.name) - rank(b.name) || (a.name < b.name ? -1 : 1))
}

const byKeyword = (files: readonly string[], globsOf: (word: string) => string[]): HubSplit[] =>
  keywords.map(([name, words]) => ({ name, files: matchAll(files, words.flatMap(globsOf)) })).filter((split) => split.files.length > 0)

/** The splits of files that no card speaks of. */
function guessSplits(all: readonly string[]): HubSplit[] {
  const files = all.filter((file) => !notData.includes(baseName(file)))
  const attempts = [() => sharded(files), () => byKeyword(files, inFolderName), () => byKeyword(files, inFileName)]
  for (const attempt of attempts) {
    const splits = attempt()
    if (splits.length > 0) return withRows(splits)
  }
  return withRows([{ name: 'train', files: matchFiles(files, '**') }])
}

const withRows = (splits: HubSplit[]): HubSplit[] =>
  splits.map(({ name, files }) => ({ name, files: files.filter(holdsRows) })).filter(({ files }) => files.length > 0)

/** Only files of the type that is most common, as one loader reads one type. */
function oneType(splits: HubSplit[]): HubSplit[] {
  const files = splits.flatMap((split) => split.files)
  const isOf = (types: readonly string[]) => (file: string) => endings(file).some((ending) => types.includes(ending))
  const counts = rowTypes.map((types) => files.filter(isOf(types)).length)
  const chosen = rowTypes[counts.indexOf(Math.max(...counts))]
  return splits.map(({ name, files: own }) => ({ name, files: own.filter(isOf(chosen)) })).filter((split) => split.files.length > 0)
}

/** The files below a folder, by their names there. */
function below(files: readonly string[], folder: string): string[] {
  const prefix = `${folder.replace(/^\.?\/+|\/+$/g, '')}/`
  return prefix === '/' || prefix === './' ? [...files] : files.filter((file) => file.startsWith(prefix)).map((file) => file.slice(prefix.length))
}

const onto = (folder: string, splits: HubSplit[]): HubSplit[] => {
  const prefix = folder.replace(/^\.?\/+|\/+$/g, '')
  return prefix === '' || prefix === '.' ? splits : splits.map(({ name, files }) => ({ name, files: files.map((file) => `${prefix}/${file}`) }))
}

/** What a card's `data_files` names: one pattern, several, or some per split. */
function namedSplits(files: readonly string[], data_files: NonNullable<CardConfig['data_files']>): HubSplit[] {
  const list = typeof data_files === 'string' ? [data_files] : data_files
  const whole = list.filter((item) => typeof item === 'string')
  const groups = whole.length > 0 ? [{ name: 'train', globs: whole }] : list.flatMap((item) => (typeof item === 'string' ? [] : [{ name: item.split, globs: [item.path].flat() }]))
  const data = (glob: string) => files.filter((file) => !notData.includes(baseName(file)) || baseName(file) === baseName(glob))
  return withRows(groups.map(({ name, globs }) => ({ name, files: [...new Set(globs.flatMap((glob) => matchFiles(data(glob), glob.replace(/^\.\//, ''))))] })))
}

/** The subsets of a repository; with `folder`, what lies below it as the only one, whatever the card says. */
export function layoutOf(files: readonly string[], card: readonly CardConfig[], folder: string | null): HubConfig[] {
  if (folder !== null || card.length === 0) {
    const at = folder ?? ''
    return [{ name: 'default', is_default: true, splits: onto(at, oneType(guessSplits(below(files, at)))) }]
  }
  const chosen = card.find((config) => config.default === true) ?? card.find((config) => config.config_name === 'default') ?? (card.length === 1 ? card[0] : null)
  return card.map((config) => {
    const at = config.data_dir ?? ''
    const inside = below(files, at)
    const splits = config.data_files == null ? guessSplits(inside) : namedSplits(inside, config.data_files)
    return { name: config.config_name, is_default: config === chosen, splits: onto(at, splits) }
  })
}

/**
 * The files that a ref means.
 * @throws UserError `hub_no_rows`, `hub_subset_missing`, `hub_subset_needed`, `hub_split_missing`
 */
export function filesOf(configs: readonly HubConfig[], { id, subset, split, folder }: DatasetRef): string[] {
  if (configs.every(({ splits }) => splits.length === 0)) throw new UserError('hub_no_rows', { id, types: rowEndings.join(', ') })
  const names = configs.map(({ name }) => name).join(', ')
  const config = subset === null || folder !== null ? configs.find(({ is_default }) => is_default) : configs.find(({ name }) => name === subset)
  if (!config) throw subset === null ? new UserError('hub_subset_needed', { id, subsets: names }) : new UserError('hub_subset_missing', { id, subset, subsets: names })
  const found = config.splits.find(({ name }) => name === split)
  if (!found) throw new UserError('hub_split_missing', { id, split, splits: config.splits.map(({ name }) => name).join(', ') })
  return found.files
}
