/**
 * The base model of a configuration as a folder of this machine: `model_name_or_path` may name one of a hub. Each command asks here once, at its door;
 * behind it there are folders only. How a hub is spoken to is `hub/`.
 */
import type { TrainingArgs } from '@/lib/config/fields'
import { UserError } from '@/lib/errors'
import { hubs } from '@/lib/hub/hub'
import { fetchModel, modelFolder, modelRefOf } from '@/hub/model'
import { fetchLines, namedToken, type TokenArgs } from '@/trainer/data/fetch-lines'

type Named = Pick<TrainingArgs, 'model_name_or_path'> & Partial<Pick<TrainingArgs, 'model_revision'>>

/** The arguments with the model's folder in place of its name. @throws UserError `model_not_here` */
export function withFolder<T extends Named>(args: T): T {
  const { model_name_or_path: name, model_revision } = args
  return name === null ? args : { ...args, model_name_or_path: modelFolder(name, model_revision) }
}

/** The same; a hub's model that is not here is fetched first, which the lines on standard output tell of. @throws UserError of `fetchModel` */
export async function withFetchedFolder<T extends Named & TokenArgs>(args: T): Promise<T> {
  try {
    return withFolder(args)
  } catch (error) {
    if (!(error instanceof UserError) || error.fault.code !== 'model_not_here' || args.model_name_or_path === null) throw error
  }
  const ref = modelRefOf(args.model_name_or_path, args.model_revision)
  const say = (line: string) => void process.stdout.write(`${line}\n`)
  say(`Fetching model ${ref.model} from ${hubs[ref.hub].title}`)
  await fetchModel(ref, { token: namedToken(args, ref.hub) }, fetchLines(say))
  return withFolder(args)
}
