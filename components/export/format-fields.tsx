'use client'
/** Merged, adapter or GGUF, and the number type of each. */
import { ConfigField, FieldLabel, labelId } from '@/components/config/config-field'
import { change, changeOptions, exportWish, type ExportWish } from '@/components/export/wish'
import { useLocale } from '@/components/locale'
import { useStore } from '@/components/store'
import { Checkbox } from '@/components/ui/checkbox'
import { cx } from '@/components/ui/cx'
import { Hint } from '@/components/ui/hint'
import { Select } from '@/components/ui/select'
import { exportFormats, ggufTypes } from '@/lib/export'

const dtypes = ['auto', 'float32', 'float16', 'bfloat16'] as const satisfies readonly ExportWish['infer_dtype'][]

export function FormatFields() {
  const { t } = useLocale()
  const words = t.ui.export
  const { options, infer_dtype } = useStore(exportWish, (now) => now)
  return (
    <>
      <fieldset>
        <legend className="mb-1 text-xs font-medium text-ink-soft">{words.format}</legend>
        <div className="grid gap-1.5">
          {exportFormats.map((format) => (
            <label key={format} className={cx('flex cursor-pointer gap-2.5 rounded-md border p-2.5', options.format === format ? 'border-accent bg-accent-soft' : 'border-line hover:border-ink-faint')}>
              <input type="radio" name="format" className="mt-0.5 size-4 shrink-0 accent-[var(--accent)]" checked={options.format === format} aria-describedby={`format-${format}`} aria-label={words.formats[format]} onChange={() => changeOptions({ format })} />
              <span>
                <span className="block text-sm font-medium">{words.formats[format]}</span>
                <span id={`format-${format}`} className="block text-xs text-ink-soft">{words.format_help[format]}</span>
              </span>
            </label>
          ))}
        </div>
      </fieldset>
      <div className="grid gap-x-3 gap-y-4 sm:grid-cols-2">
        {options.format === 'merged' && (
          <>
            <Choice id="field-export-dtype" label={words.dtype} help={words.dtype_help} value={infer_dtype} names={dtypes} texts={words.dtypes} onChange={(next) => change({ infer_dtype: next })} />
            <ConfigField name="export_size" />
          </>
        )}
        {options.format === 'gguf' && (
          <Choice id="field-export-gguf" label={words.gguf_type} help={words.gguf_help} value={options.gguf_type} names={ggufTypes} texts={words.gguf_types} onChange={(next) => changeOptions({ gguf_type: next })} />
        )}
      </div>
      {options.format !== 'adapter' && (
        <div className="flex h-8 items-center gap-2">
          <Checkbox id="field-export-verify" checked={options.verify} onChange={(verify) => changeOptions({ verify })} />
          <FieldLabel id="field-export-verify">{words.verify}</FieldLabel>
          <Hint label={t.ui.field.help} describedBy={labelId('field-export-verify')}>
            <p className="text-ink">{words.verify_help}</p>
          </Hint>
        </div>
      )}
    </>
  )
}

interface ChoiceProps<T extends string> {
  id: string
  label: string
  help: string
  value: T
  names: readonly T[]
  texts: Readonly<Record<T, string>>
  onChange: (value: T) => void
}

function Choice<T extends string>({ id, label, help, value, names, texts, onChange }: ChoiceProps<T>) {
  const { t } = useLocale()
  return (
    <div className="min-w-0">
      <div className="flex h-6 items-center gap-px">
        <FieldLabel id={id}>{label}</FieldLabel>
        <Hint label={t.ui.field.help} describedBy={labelId(id)}>
          <p className="text-ink">{help}</p>
        </Hint>
      </div>
      <Select id={id} label={label} value={value} options={names.map((name) => ({ value: name, label: texts[name] }))} onChange={(next) => onChange(names.find((name) => name === next) ?? value)} />
    </div>
  )
}
