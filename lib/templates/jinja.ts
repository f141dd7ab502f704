/**
 * A model's chat template in Jinja, rendered without trust: no file, no network, no name of the host can be reached from it, and its work and its texts are
 * bounded. The language is `@huggingface/jinja`'s, the surroundings are those that transformers gives (`render_jinja_template`).
 */
import { Environment, Interpreter, parse, tokenize } from '@huggingface/jinja'
import { problem, Unusable } from '@/lib/errors'

/** Steps of one rendering: a piece of the template looked at, or an item or character of what it gave, which a loop may go through. */
const MOST_STEPS = 200_000
/** Characters of any text and items of any list on the way. */
const MOST_LENGTH = 1_000_000
const LONGEST_SOURCE = 250_000

/** What a template sees: messages, whether an answer is to begin, and the special tokens by name. */
export type JinjaContext = Readonly<Record<string, unknown>>
export type Render = (context: JinjaContext) => string

type Value = ReturnType<Interpreter['evaluate']>

/** Counts what it does, and looks at the size of everything that comes out. */
class BoundedInterpreter extends Interpreter {
  private steps = 0

  override evaluate(...[statement, environment]: Parameters<Interpreter['evaluate']>): Value {
    this.take(1)
    const result = super.evaluate(statement, environment)
    const { value } = result
    const size = typeof value === 'string' || Array.isArray(value) ? value.length : 0
    if (size > MOST_LENGTH) throw new Unusable(problem('jinja_large', { maximum: MOST_LENGTH }))
    this.take(size)
    return result
  }

  private take(steps: number): void {
    this.steps += steps
    if (this.steps > MOST_STEPS) throw new Unusable(problem('jinja_endless', { maximum: MOST_STEPS }))
  }
}

/** Prepares a template; both it and its renderings throw Unusable with what is wrong, a template's own refusals (`raise_exception`) included. */
export function jinjaTemplate(source: string, today: Date): Render {
  if (source.length > LONGEST_SOURCE) throw new Unusable(problem('jinja_long', { found: source.length, maximum: LONGEST_SOURCE }))
  const program = guarded(() => parse(tokenize(source, { lstrip_blocks: true, trim_blocks: true })))
  return (context) =>
    guarded(() => {
      const { value } = new BoundedInterpreter(surroundings(context, today)).run(program)
      return typeof value === 'string' ? value : ''
    })
}

function surroundings(context: JinjaContext, today: Date): Environment {
  const environment = new Environment()
  for (const [name, value] of Object.entries({ true: true, false: false, none: null, True: true, False: false, None: null })) environment.set(name, value)
  environment.set('range', range)
  environment.set('strftime_now', (format: string) => strftime(format, today))
  environment.set('raise_exception', (message: unknown) => {
    throw new Unusable(problem('jinja_raised', { message: String(message) }))
  })
  for (const [name, value] of Object.entries(context)) environment.set(name, value)
  return environment
}

/** Python's range, refused before it is too long. */
function range(first: number, second?: number, step = 1): number[] {
  const [from, to] = second === undefined ? [0, first] : [first, second]
  const length = Math.max(Math.ceil((to - from) / step), 0)
  if (!(length <= MOST_LENGTH)) throw new Unusable(problem('jinja_large', { maximum: MOST_LENGTH }))
  return Array.from({ length }, (_, i) => from + i * step)
}

const months = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December']
const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const two = (n: number) => String(n).padStart(2, '0')

/** Dates as Python writes them in its plain locale. */
const directives: Readonly<Record<string, (date: Date) => string>> = {
  Y: (date) => String(date.getFullYear()),
  y: (date) => two(date.getFullYear() % 100),
  m: (date) => two(date.getMonth() + 1),
  d: (date) => two(date.getDate()),
  B: (date) => months[date.getMonth()],
  b: (date) => months[date.getMonth()].slice(0, 3),
  A: (date) => days[date.getDay()],
  a: (date) => days[date.getDay()].slice(0, 3),
  H: (date) => two(date.getHours()),
  I: (date) => two(date.getHours() % 12 || 12),
  M: (date) => two(date.getMinutes()),
  S: (date) => two(date.getSeconds()),
  p: (date) => (date.getHours() < 12 ? 'AM' : 'PM'),
  '%': () => '%',
}

const strftime = (format: string, date: Date): string => format.replace(/%(.)/g, (whole, letter: string) => directives[letter]?.(date) ?? whole)

/** Whatever the interpreter trips over is the template's fault; so is a stack or a string that grows beyond what the machine allows. */
function guarded<T>(run: () => T): T {
  try {
    return run()
  } catch (error) {
    if (error instanceof Unusable || !(error instanceof Error)) throw error
    throw new Unusable(problem('jinja_error', { message: error.message.slice(0, 300) }))
  }
}
