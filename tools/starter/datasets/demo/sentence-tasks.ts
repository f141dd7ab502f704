/** Tasks that change one sentence: into a question, its contrary, another language, a polite form, its right order or spelling. */
import type { Locale } from '@/tools/starter/conversation'
import { deeds, deedSentence, people } from '@/tools/starter/datasets/demo/tables'
import { worded, type TaskMaker } from '@/tools/starter/datasets/demo/task'
import { vocabulary } from '@/tools/starter/lexicon'

const question: TaskMaker = (random, locale) => {
  const [who, deed] = [random.pick(people), random.pick(deeds)]
  const instruction = worded(random, locale, {
    en: ['Turn this sentence into a question.', 'Ask whether this is so.', 'Rewrite the statement as a yes-or-no question.'],
    zh: ['把这句话改成疑问句。', '把陈述句改成一般疑问句。', '用疑问的语气改写这句话。'],
  })
  const asked: Record<Locale, string> = { en: `Does ${who.en} ${deed.base} ${deed.rest}?`, zh: `${who.zh}${deed.zh}吗？` }
  return { instruction, input: deedSentence(who, deed)[locale], output: asked[locale] }
}

const contrary: TaskMaker = (random, locale) => {
  const [who, deed] = [random.pick(people), random.pick(deeds)]
  const instruction = worded(random, locale, {
    en: ['Say the contrary.', 'Make this sentence negative.', 'Rewrite the sentence so that it denies what it says.'],
    zh: ['把这句话改成否定句。', '否定这句话。', '说出相反的意思。'],
  })
  const denied: Record<Locale, string> = { en: `${who.en} does not ${deed.base} ${deed.rest}.`, zh: `${who.zh}不${deed.zh}。` }
  return { instruction, input: deedSentence(who, deed)[locale], output: denied[locale] }
}

const translation: TaskMaker = (random, locale) => {
  const sentence = deedSentence(random.pick(people), random.pick(deeds))
  const instruction = worded(random, locale, {
    en: ['Translate this sentence into Chinese.', 'Say this in Chinese.', 'Give the Chinese translation.'],
    zh: ['把这句话翻译成英语。', '用英语怎么说？', '请译成英文。'],
  })
  return { instruction, input: sentence[locale], output: sentence[locale === 'en' ? 'zh' : 'en'] }
}

/** A short order and its polite form. */
const orders: Record<Locale, readonly [string, string][]> = {
  en: [
    ['Give me the salt.', 'Could you please give me the salt?'], ['Open the window.', 'Would you mind opening the window?'], ['Call me back.', 'Please call me back when you have a moment.'],
    ['Be quiet.', 'Could you please speak a little more softly?'], ['Send the report.', 'Could you please send me the report?'], ['Wait here.', 'Would you please wait here for a moment?'],
    ['Move your car.', 'Could I ask you to move your car, please?'], ['Show me the way.', 'Could you kindly show me the way?'], ['Hurry up.', 'Could you please be a little quicker?'], ['Bring some water.', 'May I ask you for some water, please?'],
    ['Say it again.', 'I am sorry, could you say that again?'], ['Close the door.', 'Would you be so kind as to close the door?'],
  ],
  zh: [
    ['把盐给我。', '麻烦您把盐递给我，好吗？'], ['打开窗户。', '请问可以打开窗户吗？'], ['给我回电话。', '方便的时候，请给我回个电话。'], ['安静点。', '可以请您小声一点吗？'], ['把报告发来。', '麻烦您把报告发给我，谢谢。'],
    ['在这儿等着。', '请您在这里稍等片刻。'], ['把车挪开。', '不好意思，能请您挪一下车吗？'], ['告诉我怎么走。', '请问，您能告诉我怎么走吗？'], ['快点。', '可以请您稍微快一点吗？'], ['拿点水来。', '麻烦您给我一点水，好吗？'],
    ['再说一遍。', '不好意思，您能再说一遍吗？'], ['关门。', '请您随手关一下门，谢谢。'],
  ],
}

const polite: TaskMaker = (random, locale) => {
  const [input, output] = random.pick(orders[locale])
  const instruction = worded(random, locale, { en: ['Say this politely.', 'Rewrite this as a polite request.', 'Make this sound friendly.'], zh: ['把这句话说得礼貌一些。', '改成礼貌的请求。', '换一种客气的说法。'] })
  return { instruction, input, output }
}

/** Words of a sentence, mixed up. Chinese ones are cut where a learner would cut them: who, and what. */
const order: TaskMaker = (random, locale) => {
  const [who, deed] = [random.pick(people), random.pick(deeds)]
  const pieces = locale === 'en' ? [who.en, deed.third, ...deed.rest.split(' ')] : [who.zh, ...(deed.zh.match(/.{1,2}/gu) ?? [])]
  const mixed = random.shuffle(pieces).join(' / ')
  const instruction = worded(random, locale, { en: ['Put these words into the right order.', 'Make a sentence of these words.', 'Which sentence do these words make?'], zh: ['把这些词排成一句话。', '连词成句。', '用这些词组成一个句子。'] })
  return { instruction, input: mixed, output: deedSentence(who, deed)[locale] }
}

const spelling: TaskMaker = (random, locale) => {
  const word = random.pick(vocabulary.filter(({ en }) => en.length > 4)).en
  const at = random.int(1, word.length - 3)
  const wrong = word.slice(0, at) + word[at + 1] + word[at] + word.slice(at + 2)
  const instruction = worded(random, locale, { en: ['Two letters of this word may have changed places. Write it correctly.', 'Correct the spelling.', 'How is this word really spelled?'], zh: ['改正这个英语单词的拼写。', '这个单词里有两个字母可能写反了，请改正。', '正确的拼写是什么？'] })
  return { instruction, input: wrong, output: word }
}

export const sentenceTasks: TaskMaker[] = [question, contrary, translation, polite, order, spelling]
