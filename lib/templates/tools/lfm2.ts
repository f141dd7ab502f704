/** LFM2's tool format: calls in Python's syntax between marks, `[name(key="value", other=3)]`. */
import { dumpJson, PyNumber, type PyValue } from '@/lib/pyjson'
import { pyStr, strip } from '@/lib/templates/python'
import { toolPrompts } from '@/lib/templates/tool-prompts'
import { argumentsOf, fill, found, functionOrSelf, type ToolCall, type ToolFormat } from '@/lib/templates/tools/format'

const START = '<|tool_call_start|>'
const END = '<|tool_call_end|>'

/** Thrown where the text is not the small part of Python that calls are made of; the answer then counts as plain text. */
class NotACall extends Error {}

const CONSTANTS: Record<string, PyValue> = { True: true, False: false, None: null }
/** JSON's words are understood as a whole argument, not inside a list or dict. */
const JSON_CONSTANTS: Record<string, PyValue> = { ...CONSTANTS, true: true, false: false, null: null }
const ESCAPES: Record<string, string> = { n: '\n', t: '\t', r: '\r', '\\': '\\', "'": "'", '"': '"', b: '\b', f: '\f', a: '\x07', v: '\v', '0': '\0', '\n': '' }

/** Reads calls with keyword arguments whose values are literals. */
class CallReader {
  private at = 0
  constructor(private readonly text: string) {}

  calls(): ToolCall[] {
    const out = this.take('[') ? this.list(']', () => this.call()) : [this.call()]
    this.space()
    if (this.at < this.text.length) throw new NotACall()
    return out
  }

  private call(): ToolCall {
    const name = this.word()
    this.need('(')
    const args = new Map<string, PyValue>()
    this.list(')', () => {
      const key = this.word()
      this.need('=')
      args.set(key, this.value(JSON_CONSTANTS))
    })
    return found(name, args)
  }

  /** Items up to `close`, separated by commas; a last comma may stand. */
  private list<T>(close: string, item: () => T): T[] {
    const out: T[] = []
    while (!this.take(close)) {
      out.push(item())
      if (this.take(',')) continue
      this.need(close)
      break
    }
    return out
  }

  private value(constants = CONSTANTS): PyValue {
    this.space()
    if (this.take('[')) return this.list(']', () => this.value())
    if (this.take('(')) return this.list(')', () => this.value())
    if (this.take('{')) return new Map(this.list('}', () => this.entry()))
    const char = this.text[this.at]
    if (char === '"' || char === "'") return this.strings()
    const number = /^[-+]?(\d[\d_]*)?(\.\d*)?(?:[eE][-+]?\d+)?/.exec(this.text.slice(this.at))
    if (number && /\d/.test(number[0])) {
      this.at += number[0].length
      const text = number[0].replaceAll('_', '').replace(/^\+/, '')
      return new PyNumber(text, /[.eE]/.test(text))
    }
    const word = this.word()
    if (!Object.hasOwn(constants, word)) throw new NotACall()
    return constants[word]
  }

  private entry(): [string, PyValue] {
    const key = this.value()
    this.need(':')
    return [typeof key === 'string' ? key : dumpJson(key), this.value()]
  }

  /** Neighbouring strings are one, as in Python. */
  private strings(): string {
    let out = ''
    for (this.space(); this.text[this.at] === '"' || this.text[this.at] === "'"; this.space()) out += this.string()
    return out
  }

  private string(): string {
    const quote = this.text[this.at]
    const mark = this.text.startsWith(quote.repeat(3), this.at) ? quote.repeat(3) : quote
    this.at += mark.length
    let out = ''
    while (!this.text.startsWith(mark, this.at)) {
      const char = this.text[this.at++]
      if (char === undefined || (char === '\n' && mark.length === 1)) throw new NotACall()
      out += char === '\\' ? this.escape() : char
    }
    this.at += mark.length
    return out
  }

  private escape(): string {
    const char = this.text[this.at++]
    const digits = { x: 2, u: 4, U: 8 }[char]
    if (digits === undefined) return ESCAPES[char] ?? `\\${char}`
    const hex = this.text.slice(this.at, this.at + digits)
    if (!new RegExp(`^[0-9a-fA-F]{${digits}}$`).test(hex)) throw new NotACall()
    this.at += digits
    return String.fromCodePoint(parseInt(hex, 16))
  }

  private word(): string {
    this.space()
    const match = /^[\p{L}_][\p{L}\p{N}_]*/u.exec(this.text.slice(this.at))
    if (!match) throw new NotACall()
    this.at += match[0].length
    return match[0]
  }

  private take(char: string): boolean {
    this.space()
    if (this.text[this.at] !== char) return false
    this.at++
    return true
  }

  private need(char: string): void {
    if (!this.take(char)) throw new NotACall()
  }

  private space(): void {
    while (/\s/.test(this.text[this.at] ?? '')) this.at++
  }
}

export const lfm2: ToolFormat = {
  describe: (tools) => fill(toolPrompts.lfm2, { tools: dumpJson(tools.map(functionOrSelf)) }),
  write(calls) {
    const texts = calls.map((call) => {
      const args = [...argumentsOf(call)].map(([key, value]) => `${key}=${typeof value === 'string' ? `"${value}"` : dumpJson(value)}`)
      return `${pyStr(call.name)}(${args.join(', ')})`
    })
    return `${START}[${texts.join(', ')}]${END}`
  },
  read(content) {
    const start = content.indexOf(START)
    const end = start < 0 ? -1 : content.indexOf(END, start)
    if (end < 0) return null
    try {
      const calls = new CallReader(strip(content.slice(start + START.length, end))).calls()
      return calls.length > 0 ? calls : null
    } catch (error) {
      if (error instanceof NotACall) return null
      throw error
    }
  },
}
