/**
 * `tuneboard chat x.yaml`: a conversation on the terminal. `clear` forgets it, `exit` or the end of the input leaves; Ctrl-C ends the answer
 * that is being given, or leaves when there is none.
 */
import { createInterface } from 'node:readline/promises'
import { readArguments } from '@/trainer/arguments'
import { withFetchedFolder } from '@/trainer/base-model'
import { UserError } from '@/lib/errors'
import { chatLoadSchema, samplingSchema, type ChatMessage } from '@/lib/events'
import { openChatModel } from '@/trainer/chat/chat-model'
import { sayFaults } from '@/trainer/say'

export async function chatTerminal(argv: readonly string[]): Promise<number> {
  const args = await withFetchedFolder(readArguments(argv, 'chat'))
  const { model_name_or_path, adapter_name_or_path, template, infer_dtype } = args
  const model = await openChatModel(chatLoadSchema.parse({ model_name_or_path, adapter_name_or_path: adapter_name_or_path ?? [], template, infer_dtype }))
  const { do_sample, temperature, top_p, top_k, repetition_penalty, max_new_tokens } = args
  const sampling = samplingSchema.parse({ do_sample, temperature, top_p, top_k, repetition_penalty, max_new_tokens })
  const { enable_thinking, skip_special_tokens } = args
  const terminal = createInterface({ input: process.stdin, output: process.stdout, terminal: process.stdin.isTTY })
  let answering: AbortController | null = null
  terminal.on('SIGINT', () => (answering ? answering.abort() : terminal.close()))
  process.stdout.write(`${model.runtime}\nType clear to begin anew, exit to leave.\n`)
  const messages: ChatMessage[] = []
  terminal.setPrompt('\nUser: ')
  terminal.prompt()
  for await (const line of terminal) {
    const text = line.trim()
    if (text === 'exit') break
    if (text === 'clear') messages.length = 0
    else if (text !== '') {
      answering = new AbortController()
      messages.push({ role: 'user', content: line })
      process.stdout.write('Assistant: ')
      const ask = { id: 'terminal', side: 'adapter' as const, system: args.default_system ?? '', tools: '', messages, enable_thinking, skip_special_tokens, sampling }
      messages.push({ role: 'assistant', content: await printAnswer(model.answer(ask, answering.signal)) })
      answering = null
    }
    terminal.prompt()
  }
  terminal.close()
  model.dispose()
  return 0
}

/** Prints an answer as it comes; a fault ends it with its sentence. */
async function printAnswer(parts: AsyncGenerator<{ text: string } | { end: string }>): Promise<string> {
  let whole = ''
  try {
    for await (const part of parts) {
      if (!('text' in part)) continue
      whole += part.text
      process.stdout.write(part.text)
      await new Promise((resolve) => setImmediate(resolve))
    }
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    await sayFaults(error)
  }
  process.stdout.write('\n')
  return whole
}
