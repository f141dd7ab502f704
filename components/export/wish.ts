'use client'
/** What the Export page is set to, beside the model bar's model and LLaMA-Factory's own export settings; kept over a reload. */
import { z } from 'zod'
import { draft, type RawArgs } from '@/components/config/draft'
import { createStore } from '@/components/store'
import { recall, remember } from '@/components/stored'
import { exportOptionsSchema, type ExportOptions } from '@/lib/export'

const wishSchema = z.object({
  options: exportOptionsSchema,
  infer_dtype: z.enum(['auto', 'float32', 'float16', 'bfloat16']),
  /** Folders of the adapters; none exports the base. */
  adapters: z.array(z.string()).default([]),
  /** null: the folder that is offered. */
  export_dir: z.string().nullable(),
})
export type ExportWish = z.infer<typeof wishSchema>

const storageKey = 'tuneboard.export'

export const exportWish = createStore<ExportWish>({ options: { format: 'merged', gguf_type: 'f16', verify: true, hub_private: true }, infer_dtype: 'auto', adapters: [], export_dir: null })

export const change = (values: Partial<ExportWish>): void => exportWish.set((now) => ({ ...now, ...values }))
export const changeOptions = (values: Partial<ExportOptions>): void => exportWish.set((now) => ({ ...now, options: { ...now.options, ...values } }))

/** Asked for on another screen: these adapters, in the folder that is offered. */
export function wishExport(adapters: string[]): void {
  change({ adapters, export_dir: null })
  remember(storageKey, exportWish.get())
}

export function keepWish(): () => void {
  const stored = wishSchema.safeParse(recall(storageKey))
  if (stored.success) exportWish.set(stored.data)
  return exportWish.subscribe(() => remember(storageKey, exportWish.get()))
}

const last = (place: string): string => place.split('/').filter(Boolean).at(-1) ?? ''

/** A checkpoint is named after its run, too. */
const ownName = (place: string): string => (last(place).startsWith('checkpoint-') ? place.split('/').filter(Boolean).slice(-2).join('-') : last(place))

/** A folder of the home, named after what goes in. */
export function offeredFolder(home: string, model: string, { options, adapters, infer_dtype }: ExportWish): string {
  const type = options.format === 'gguf' ? options.gguf_type : infer_dtype === 'auto' ? '' : infer_dtype
  const parts = [last(model), ...adapters.map(ownName), options.format, options.format === 'adapter' ? '' : type]
  return `${home}/exports/${parts.filter(Boolean).join('-')}`
}

const shared = ['template', 'default_system', 'tool_format', 'enable_thinking', 'export_size', 'export_device', 'export_legacy_format', 'export_hub_model_id'] as const satisfies readonly (keyof RawArgs)[]

/** The settings that go to the server: those of the model and of the export, no training's. */
export function exportArgs(wish: ExportWish, base: string, folder: string): Record<string, unknown> {
  const { args } = draft.get()
  return {
    ...Object.fromEntries(shared.map((key) => [key, args[key] === '' ? null : args[key]])),
    model_name_or_path: base, adapter_name_or_path: wish.adapters.length === 0 ? null : wish.adapters, infer_dtype: wish.options.format === 'merged' ? wish.infer_dtype : 'auto', export_dir: folder,
  }
}
