/** A part of the statistics: a title and what belongs to it; and the small table that most of them are. */
import { useId, type ReactNode } from 'react'
import { cx } from '@/components/ui/cx'

export function Card({ title, wide, children }: { title: string; wide?: boolean; children: ReactNode }) {
  const id = useId()
  return (
    <section aria-labelledby={id} className={cx('panel min-w-0 p-4', wide && 'md:col-span-2 2xl:col-span-3')}>
      <h2 id={id} className="mb-2 text-sm font-semibold">{title}</h2>
      {children}
    </section>
  )
}

export interface BarRow {
  name: string
  value: number
  shown: string
}

/** Names with a number each, and its share of the largest as a bar. */
export function BarTable({ label, head, rows }: { label: string; head: readonly [string, string]; rows: readonly BarRow[] }) {
  const most = Math.max(1, ...rows.map(({ value }) => value))
  return (
    <table aria-label={label} className="w-full text-xs">
      <thead className="sr-only">
        <tr>
          <th scope="col">{head[0]}</th>
          <th scope="col">{head[1]}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ name, value, shown }) => (
          <tr key={name}>
            <th scope="row" className="w-28 max-w-40 truncate py-0.5 pr-2 text-left font-normal text-ink-soft">{name}</th>
            <td className="py-0.5">
              <span className="flex items-center gap-2">
                <span aria-hidden className="h-2 rounded-sm bg-train" style={{ width: `${(value / most) * 70}%`, minWidth: 2 }} />
                <span className="tabular">{shown}</span>
              </span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
