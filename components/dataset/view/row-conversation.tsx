'use client'
/** One row as the conversation that it is: system text, tools, messages, and what it is rated or compared by. */
import Wrench from 'lucide-react/icons/wrench'
import { Fold, Messages, Said } from '@/components/dataset/view/messages'
import { Pair } from '@/components/dataset/view/pair'
import { ShownText } from '@/components/dataset/view/shown-text'
import { useLocale } from '@/components/locale'
import { Message } from '@/components/ui/message'
import type { RowDetail } from '@/lib/dataset-view'
import { readTools } from '@/lib/datasets/reading'

/** A longer system text is folded at first. */
const SHORT = 400

export function RowConversation({ row }: { row: RowDetail }) {
  const { t } = useLocale()
  const [chosen, rejected] = row.answers
  return (
    <div className="flex flex-col gap-2">
      {row.system !== '' && (
        <Fold title={t.ui.dataset.system} open={row.system.length < SHORT}>
          <Said text={row.system} />
        </Fold>
      )}
      {row.tools !== '' && <Tools text={row.tools} />}
      {isText(row) ? <Said text={row.messages[0].content} /> : <Messages messages={row.messages} />}
      {chosen && rejected && <Pair chosen={chosen.content} rejected={rejected.content} />}
      {row.good !== null && <Message tone="note">{row.good ? t.ui.view.rated_good : t.ui.view.rated_bad}</Message>}
    </div>
  )
}

/** Words that nobody says and nobody answers: a row of a plain text. */
const isText = ({ messages, answers, good }: RowDetail): boolean => messages.length === 1 && messages[0].role === 'user' && answers.length === 0 && good === null

function Tools({ text }: { text: string }) {
  const { t } = useLocale()
  const tools = readTools(text)
  const title = (
    <>
      <Wrench aria-hidden className="size-3" />
      {t.ui.dataset.tools}
      {tools && <span className="truncate font-mono text-2xs font-normal text-ink-faint"><ShownText text={tools.map(({ name }) => name).join(', ').slice(0, 200)} /></span>}
    </>
  )
  return (
    <Fold title={title} open={false}>
      {tools === null ? (
        <pre className="font-mono text-2xs whitespace-pre-wrap [overflow-wrap:anywhere]"><ShownText text={text} /></pre>
      ) : (
        <ul className="flex flex-col gap-2">
          {tools.map((tool, index) => (
            <li key={index}>
              <p className="font-mono font-medium text-ink"><ShownText text={tool.name} /></p>
              <p><ShownText text={tool.description} /></p>
              <pre className="font-mono text-2xs whitespace-pre-wrap [overflow-wrap:anywhere]"><ShownText text={tool.parameters} /></pre>
            </li>
          ))}
        </ul>
      )}
    </Fold>
  )
}
