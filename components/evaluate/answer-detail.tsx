'use client'
/** One question with the dataset's answer, the model's and the base model's; words that differ are marked. */
import { useMemo } from 'react'
import { VisibleText } from '@/components/dataset/view/shown-text'
import { CallMark } from '@/components/evaluate/call-mark'
import { useLocale } from '@/components/locale'
import { fill } from '@/lib/messages/text'
import type { PredictionRow, ShownPrediction } from '@/lib/predictions'
import { type Piece, wordDifference } from '@/lib/word-difference'

const box = 'rounded-md border border-line bg-sunken/40 px-3 py-2 text-sm leading-6 whitespace-pre-wrap [overflow-wrap:anywhere]'

export function AnswerDetail({ row }: { row: PredictionRow }) {
  const { t, locale } = useLocale()
  const words = t.ui.evaluate
  const compared = useMemo(() => wordDifference(row.label, row.predict, locale), [row.label, row.predict, locale])
  const base = useMemo(() => (row.base ? wordDifference(row.label, row.base.predict, locale) : null), [row.label, row.base, locale])
  const place = row.dataset === null ? fill(words.place_alone, { row: row.row }) : fill(words.place, { row: row.row, dataset: row.dataset })
  return (
    <article className="space-y-4 p-4">
      <header>
        <p className="text-2xs text-ink-faint">{row.last ? place : `${place}, ${fill(words.turn, { turn: row.turn })}`}</p>
        <p dir="auto" className="mt-1 font-medium whitespace-pre-wrap [overflow-wrap:anywhere]"><VisibleText text={row.question} /></p>
        <details className="mt-2 text-xs text-ink-soft">
          <summary className="w-fit cursor-pointer rounded-sm text-ink-faint hover:text-ink">{words.whole_prompt}</summary>
          <pre className="mt-1 max-h-72 overflow-auto rounded-md bg-sunken p-2 font-mono text-2xs whitespace-pre-wrap [overflow-wrap:anywhere]" tabIndex={0}>{row.prompt}</pre>
        </details>
      </header>
      <Block title={words.label}>
        {row.scores === null ? <p className="text-xs text-ink-faint">{words.no_label}</p> : <p dir="auto" className={box}><Pieces pieces={compared.before} /></p>}
      </Block>
      <Block title={words.prediction} answer={row}>
        <p dir="auto" className={box}><Pieces pieces={row.scores === null ? plain(row.predict) : compared.after} /></p>
      </Block>
      {row.base && base && (
        <Block title={words.base_answer} answer={row.base}>
          <p dir="auto" className={box}><Pieces pieces={row.scores === null ? plain(row.base.predict) : base.after} /></p>
        </Block>
      )}
    </article>
  )
}

const plain = (text: string): Piece[] => (text === '' ? [] : [{ text, own: false }])

function Block({ title, answer, children }: { title: string; answer?: Pick<ShownPrediction, 'scores' | 'tokens' | 'end' | 'call'>; children: React.ReactNode }) {
  const { t } = useLocale()
  const words = t.ui.evaluate
  return (
    <section aria-label={title}>
      <div className="mb-1 flex flex-wrap items-baseline gap-x-3 gap-y-0.5">
        <h3 className="text-xs font-semibold text-ink-soft">{title}</h3>
        {answer && (
          <p className="tabular flex flex-wrap gap-x-3 text-2xs text-ink-faint">
            {answer.scores && <span>{`BLEU-4 ${answer.scores['bleu-4'].toFixed(1)} · ROUGE-1 ${answer.scores['rouge-1'].toFixed(1)} · ROUGE-2 ${answer.scores['rouge-2'].toFixed(1)} · ROUGE-L ${answer.scores['rouge-l'].toFixed(1)}`}</span>}
            {answer.tokens !== null && <span>{fill(words.tokens, { count: answer.tokens })}</span>}
            {answer.end === 'length' && <span className="text-warn">{words.cut}</span>}
          </p>
        )}
        {answer && <CallMark call={answer.call} spelled />}
      </div>
      {children}
    </section>
  )
}

/** What one side alone has is marked; the mark says so to those who do not see it. */
function Pieces({ pieces }: { pieces: readonly Piece[] }) {
  const { t } = useLocale()
  if (pieces.length === 0) return <span className="text-ink-faint">{t.ui.evaluate.empty}</span>
  return pieces.map((piece, i) => (piece.own ? <mark key={i} className="rounded-sm bg-warn-soft text-ink"><VisibleText text={piece.text} /></mark> : <VisibleText key={i} text={piece.text} />))
}
