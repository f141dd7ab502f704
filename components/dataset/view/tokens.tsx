'use client'
/**
 * A row as the tokens that a training is fed. What is learned has a colour and an underline, a special token a border, and what the cut-off takes away
 * stands struck through where it would have been.
 */
import { useState } from 'react'
import { useLocale } from '@/components/locale'
import { Button } from '@/components/ui/button'
import { Checkbox } from '@/components/ui/checkbox'
import { cx } from '@/components/ui/cx'
import { count } from '@/lib/format'
import { hiddenRuns } from '@/lib/hidden-characters'
import type { TokenColumns, TokenRow } from '@/lib/dataset-view'
import { fill } from '@/lib/messages/text'

/** Label of a token that teaches nothing. */
const IGNORED = -100
const FIRST_TOKENS = 2000

interface Token {
  id: number
  text: string
  special: boolean
  /** What the place teaches; null for a token that the cut-off took. */
  label: number | null
}

interface Piece {
  tokens: Token[]
  /** How many the cut-off took here; 0 where it took none. */
  cut: number
}

function tokensOf({ ids, texts, special }: TokenColumns, labels: readonly number[] | null): Token[] {
  const marked = new Set(special)
  return ids.map((id, at) => ({ id, text: texts[at], special: marked.has(at), label: labels?.[at] ?? null }))
}

/** What is kept and what falls away, in the order of the row. */
function piecesOf(row: TokenRow): Piece[] {
  const all = tokensOf(row, row.labels)
  const pieces: Piece[] = []
  let from = 0
  for (const gap of row.gaps) {
    pieces.push({ tokens: all.slice(from, gap.at), cut: 0 }, { tokens: tokensOf(gap, null), cut: gap.count })
    from = gap.at
  }
  return [...pieces, { tokens: all.slice(from), cut: 0 }].filter(({ tokens }) => tokens.length > 0)
}

export function Tokens({ rows, cutoff }: { rows: readonly TokenRow[]; cutoff: number | null }) {
  const { t } = useLocale()
  const [ids, setIds] = useState(false)
  const words = t.ui.view
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1 text-2xs text-ink-soft">
        <Legend className={looks.learned}>{words.legend_learned}</Legend>
        <Legend className="px-0.5">{words.legend_given}</Legend>
        <Legend className={looks.special}>{words.legend_special}</Legend>
        <Legend className={looks.cut}>{words.legend_cut}</Legend>
        <span className="flex items-center gap-1.5">
          <Checkbox id="token-ids" checked={ids} onChange={setIds} />
          <label htmlFor="token-ids">{words.show_ids}</label>
        </span>
      </div>
      {rows.map((row) => (
        <TokenSection key={row.answer} row={row} ids={ids} cutoff={cutoff} />
      ))}
    </div>
  )
}

const looks = {
  learned: 'bg-accent-soft underline decoration-accent decoration-2 underline-offset-3',
  special: 'rounded-sm border border-line-strong px-1 font-mono text-2xs',
  cut: 'text-ink-faint line-through decoration-1',
  /** With its id below: a box does not take part in the underline around it. */
  boxed: 'mx-px inline-block px-px align-middle leading-5',
  learned_box: 'border-b-2 border-b-accent bg-accent-soft',
} as const

/** Where a token begins. */
const boundary = 'shadow-[inset_1px_0_var(--accent-line)]'

const Legend = ({ className, children }: { className: string; children: string }) => <span className={className}>{children}</span>

function TokenSection({ row, ids, cutoff }: { row: TokenRow; ids: boolean; cutoff: number | null }) {
  const { t, locale } = useLocale()
  const [shown, setShown] = useState(FIRST_TOKENS)
  const words = t.ui.view
  const cut = row.gaps.reduce((sum, gap) => sum + gap.count, 0)
  const learned = row.labels.filter((label) => label !== IGNORED).length
  let left = shown
  return (
    <section aria-label={row.answer === 'only' ? words.tokens : words[row.answer]} data-tokens={row.answer}>
      <p className="tabular mb-1.5 text-xs text-ink-soft">
        {row.answer !== 'only' && <strong className="mr-2">{words[row.answer]}</strong>}
        {fill(words.token_facts, { tokens: count(row.ids.length, locale), learned: count(learned, locale) })}
        {cut > 0 && <span className="ml-2 font-medium text-warn">{fill(words.token_cut, { cut: count(cut, locale), cutoff: cutoff ?? '' })}</span>}
      </p>
      <div className={cx('rounded-lg border border-line bg-surface p-3 [overflow-wrap:anywhere]', ids ? 'leading-11' : 'leading-7')}>
        {piecesOf(row).map((piece, index) => {
          const tokens = piece.tokens.slice(0, Math.max(left, 0))
          left -= tokens.length
          return tokens.length === 0 ? null : <PieceView key={index} piece={{ ...piece, tokens }} ids={ids} />
        })}
        {left <= 0 && row.ids.length + cut > shown && (
          <p className="mt-2">
            <Button size="sm" onClick={() => setShown(shown * 4)}>{fill(words.more_tokens, { count: count(row.ids.length + cut, locale) })}</Button>
          </p>
        )}
      </div>
    </section>
  )
}

function PieceView({ piece, ids }: { piece: Piece; ids: boolean }) {
  const { t, locale } = useLocale()
  if (piece.cut === 0) return runsOf(piece.tokens).map((run, index) => <Run key={index} tokens={run} ids={ids} />)
  return (
    <>
      <span className="mx-1 rounded-sm border border-dashed border-warn bg-warn-soft px-1.5 text-2xs text-warn select-none">✂ {fill(t.ui.view.gap, { count: count(piece.cut, locale) })}</span>
      <del className={looks.cut} data-cut={piece.cut}>{piece.tokens.map((token, index) => <TokenView key={index} token={token} ids={ids} />)}</del>
      <span className="mx-1 rounded-sm border border-dashed border-warn px-1 text-2xs text-warn select-none" title={t.ui.view.gap_end}>✂</span>
    </>
  )
}

/** Neighbours that are all learned, or all not. */
function runsOf(tokens: readonly Token[]): Token[][] {
  const runs: Token[][] = []
  for (const token of tokens) {
    const last = runs.at(-1)
    if (last && (last[0].label === IGNORED) === (token.label === IGNORED)) last.push(token)
    else runs.push([token])
  }
  return runs
}

function Run({ tokens, ids }: { tokens: readonly Token[]; ids: boolean }) {
  const views = tokens.map((token, index) => <TokenView key={index} token={token} ids={ids} />)
  return tokens[0].label === IGNORED ? views : <mark className={cx('text-ink', looks.learned)}>{views}</mark>
}

function TokenView({ token, ids }: { token: Token; ids: boolean }) {
  const { t } = useLocale()
  const { id, label, special, text } = token
  const learned = label !== null && label !== IGNORED
  const other = learned && label !== id
  const words = t.ui.view
  const title = other ? fill(words.token_teaches, { id, label }) : fill(learned ? words.token_learned : words.token, { id })
  return (
    <span data-id={id} data-label={label ?? undefined} title={title} className={cx('whitespace-pre-wrap hover:bg-line', special ? looks.special : boundary, ids && looks.boxed, ids && learned && looks.learned_box)}>
      {text === '' ? <span className="text-ink-faint">⋯</span> : visible(text)}
      {other && <span className="text-2xs text-accent"> → {label}</span>}
      {ids && <span aria-hidden className="block font-mono text-[0.625rem] leading-3 text-ink-faint no-underline">{id}</span>}
      {!ids && !special && text.endsWith('\n') && <br />}
    </span>
  )
}

/** Line ends and tabs as signs; what cannot be seen by its code. */
const visible = (text: string): string =>
  hiddenRuns(text).map((run) => (typeof run === 'string' ? run : `‹${run.code}›`)).join('').replace(/\r?\n/g, '↵').replace(/\t/g, '⇥')
