/** Plain paragraphs for pre-training, one JSON object a line: short descriptions put together from the lexicon. */
import { locales, type Locale } from '@/tools/starter/conversation'
import { capitals, colours, firstNames, opposites } from '@/tools/starter/lexicon'
import { createRandom, type Random } from '@/tools/starter/random'

const capitalised = (text: string): string => text[0].toUpperCase() + text.slice(1)

function sentence(random: Random, locale: Locale): string {
  const [country, city] = random.pick(capitals)
  const [thing, colour] = random.pick(colours)
  const [x, y] = random.pick(opposites)
  const name = random.pick(firstNames[locale])
  const sentences: Record<Locale, string[]> = {
    en: [`${city.en} is the capital of ${country.en}.`, `${name} once lived in ${city.en}.`, `${capitalised(thing.en)} is ${colour.en}.`, `What is not ${x.en} may be ${y.en}.`, `${name} likes to look at ${thing.en}.`],
    zh: [`${city.zh}是${country.zh}的首都。`, `${name}曾经住在${city.zh}。`, `${thing.zh}是${colour.zh}的。`, `不${x.zh}的，也许${y.zh}。`, `${name}喜欢看${thing.zh}。`],
  }
  return random.pick(sentences[locale])
}

export function plainRows(seed: number, count: number): { text: string }[] {
  const random = createRandom(seed)
  return Array.from({ length: count }, (_, i) => {
    const locale = locales[i % 2]
    const sentences = Array.from({ length: random.int(3, 6) }, () => sentence(random, locale))
    return { text: sentences.join(locale === 'en' ? ' ' : '') }
  })
}
