'use client'
/** Settings as rows, a column per run; what a file leaves out stands there as its default. */
import { useLocale } from '@/components/locale'
import { settingOf, settingText, type Written } from '@/lib/config/difference'
import { fieldText } from '@/lib/messages/labels'

interface SettingsTableProps {
  rows: readonly string[]
  columns: readonly { name: string; values: Written; colour?: string }[]
}

export function SettingsTable({ rows, columns }: SettingsTableProps) {
  const { t } = useLocale()
  const words = t.ui.run_page.settings
  return (
    <div className="mt-3 overflow-x-auto">
      <table className="w-full text-xs">
        <thead>
          <tr className="border-b border-line text-left text-2xs text-ink-faint">
            <th className="py-1.5 pr-4 font-medium">{words.key}</th>
            {columns.map(({ name, colour }, index) => (
              <th key={index} className="py-1.5 pr-4 font-medium [overflow-wrap:anywhere]">
                {colour && <span className="mr-1.5 inline-block h-0.5 w-3 rounded-full align-middle" style={{ background: colour }} />}
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((key) => {
            const { label } = fieldText(t, key)
            return (
              <tr key={key} className="border-b border-line align-top last:border-0">
                <th scope="row" className="py-1 pr-4 text-left font-normal">
                  <code className="block font-mono">{key}</code>
                  {label !== key && <span className="text-2xs text-ink-faint">{label}</span>}
                </th>
                {columns.map(({ values }, index) => (
                  <td key={index} className="tabular py-1 pr-4 font-mono [overflow-wrap:anywhere]">
                    {settingText(settingOf(values, key))}
                    {!Object.hasOwn(values, key) && <span className="ml-1.5 font-sans text-2xs text-ink-faint">{words.default}</span>}
                  </td>
                ))}
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}
