/** What a person decides a download by: how large the model is, whether there is room, and whether this engine runs it. */
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import type { ModelCard } from '@/lib/hub/download'
import type { ModelRef } from '@/lib/hub/ref'
import { familyOf } from '@/lib/models/families'
import { configFile } from '@/lib/models/files'
import { missingOf, roomFor, totalOf, type Call } from '@/hub/fetch'
import { lookUpModel } from '@/hub/model'
import { placeOf, type Repo } from '@/hub/place'
import { pageOf } from '@/hub/settings'

const configSchema = z.looseObject({ architectures: z.array(z.string()).nullish() })

/** Null where config.json does not say it; whether the rest of it can be used is seen once the model is here. */
async function architectureOf(repo: Repo): Promise<string | null> {
  try {
    return configSchema.parse(JSON.parse(await readFile(placeOf(repo, configFile), 'utf8'))).architectures?.[0] ?? null
  } catch {
    return null // not JSON, or not of that shape
  }
}

/** @throws UserError of `lookUpModel` */
export async function lookAtModel(ref: ModelRef, call: Call = {}): Promise<ModelCard> {
  const { repo, files } = await lookUpModel(ref, call)
  const bytes = totalOf(files)
  const architecture = await architectureOf(repo)
  return {
    page: pageOf(ref.hub, 'model', ref.model),
    files: files.length,
    bytes,
    here: bytes - totalOf(missingOf(repo, files)),
    ...(await roomFor(repo)),
    architecture,
    family: architecture === null ? null : familyOf(architecture),
  }
}
