'use client'
/** Where proposals come from: the text of a file, and the presets with what is known of model and machine. */
import { call } from '@/components/call'
import type { Proposal } from '@/components/config/arguments/changes'
import { draft, hiddenFaults, type RawArgs } from '@/components/config/draft'
import { importSettings } from '@/lib/config/import'
import { presetArgs, type PresetName, type Room } from '@/lib/config/presets'
import type { Fault } from '@/lib/errors'

/** Larger files are no settings. */
const LARGEST_BYTES = 1_000_000

export type Offer = { ok: true; proposal: Proposal } | { ok: false; name: string; faults: readonly Fault[] }

export async function fromFile(file: File): Promise<Offer> {
  if (file.size > LARGEST_BYTES) return { ok: false, name: file.name, faults: [{ code: 'body_too_large', values: { limit: LARGEST_BYTES } }] }
  return fromText(file.name, await file.text())
}

export async function fromText(name: string, text: string): Promise<Offer> {
  const { imported, faults } = importSettings(text)
  if (imported === null) return { ok: false, name, faults }
  const { args, model_name, extra_args, left_out } = imported
  const model = await knownModel(model_name, args.model_name_or_path)
  const next = { ...draft.get(), args: { ...args, model_name_or_path: model.path }, model_name: model.name, extra_args: extra_args === '{}' ? '' : extra_args, kept: hiddenFaults(args) }
  return { ok: true, proposal: { name, next, faults: imported.faults, left_out } }
}

/** LLaMA Board's files name the model, not its folder; others the folder alone. */
async function knownModel(name: string, path: unknown): Promise<{ name: string; path: unknown }> {
  const { modelByName, modelByPath } = await import('@/lib/models/catalog')
  if (typeof path === 'string') return { name: name || (modelByPath(path)?.name ?? ''), path }
  return { name, path: modelByName(name)?.path ?? null }
}

const unknownRoom: Room = { parameters: null, bf16: true, fits: [] }

/** What the server says of the model in the form; a model that it cannot read is said at its field. */
async function room(): Promise<Room> {
  const model = draft.get().args.model_name_or_path
  if (typeof model !== 'string' || model.trim() === '') return unknownRoom
  const reply = await call('model', { model_name_or_path: model.trim() })
  return reply.ok ? { parameters: reply.value.parameters, ...reply.value.room } : unknownRoom
}

export async function fromPreset(preset: PresetName, name: string): Promise<Offer> {
  const known = await room()
  const now = draft.get()
  const hasEvalData = Array.isArray(now.args.eval_dataset) && now.args.eval_dataset.length > 0
  const args: RawArgs = { ...now.args, ...presetArgs(preset, known, hasEvalData, now.args.finetuning_type !== 'lora') }
  return { ok: true, proposal: { name, next: { ...now, args }, faults: [], left_out: [] } }
}
