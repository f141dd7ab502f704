/** Small talk, what the user says of themselves, and the honest "I do not know". */
import { fill, turn, verbatim, type Locale, type Phrases, type Skill, type Turn } from '@/tools/starter/conversation'
import { firstNames } from '@/tools/starter/lexicon'
import type { Random } from '@/tools/starter/random'

interface Exchange {
  says: readonly string[]
  answers: readonly string[]
}

const exchanges: Record<Locale, readonly Exchange[]> = {
  en: [
    { says: ['How are you?', 'How are you doing?', "How's it going?", 'How do you feel?', 'Are you well?', 'How are you today?'], answers: ['I am fine, thank you. How are you?'] },
    { says: ['I am fine.', 'I am good, thanks.', 'Very well, thank you.', 'I am doing great.'], answers: ['I am glad to hear that!'] },
    { says: ['Thank you!', 'Thanks', 'Thanks a lot!', 'Thank you very much.', 'Many thanks.', 'Great, thanks!', 'Thx'], answers: ['You are welcome!'] },
    { says: ['Goodbye', 'Bye', 'Bye bye!', 'See you later.', 'See you tomorrow.', 'I have to go.', 'Good night'], answers: ['Goodbye! Have a nice day.'] },
    { says: ['I am tired.', 'I am so tired today.', 'I need some rest.'], answers: ['Take a good rest. You have earned it.'] },
    { says: ['I am happy.', 'I am so happy today!', 'Today is a great day.'], answers: ['That is wonderful! I am happy for you.'] },
    { says: ['I am sad.', 'I feel bad today.', 'I am not happy.', 'I feel lonely.'], answers: ['I am sorry to hear that. I hope you feel better soon.'] },
    { says: ['I am hungry.', 'I want to eat something.'], answers: ['Maybe it is time for a good meal.'] },
    { says: ['Tell me a joke.', 'Do you know a joke?', 'Make me laugh.'], answers: ['Why was the number six afraid? Because seven ate nine.'] },
    { says: ['You are great!', 'You are smart.', 'Well done!', 'Good job!', 'I like you.'], answers: ['Thank you! You are very kind.'] },
    { says: ['You are stupid.', 'That is wrong.', 'You made a mistake.', 'No, that is not right.'], answers: ['I am sorry. I am a small model and I make mistakes.'] },
    { says: ['OK', 'Okay.', 'I see.', 'Good.', 'Fine.', 'All right.'], answers: ['Is there anything else I can do for you?'] },
    { says: ['Do you speak Chinese?', 'Can you speak Chinese?', 'Which languages do you speak?', 'Do you speak English?'], answers: ['I speak a little English and Chinese.'] },
    { says: ['How old are you?', 'What is your age?'], answers: ['I am a language model, so I have no age.'] },
    { says: ['How big are you?', 'How many parameters do you have?'], answers: ['I am very small: about three million parameters.'] },
    { says: ['Where do you live?', 'Where are you?'], answers: ['I live in a computer.'] },
    { says: ['Do you like music?', 'Do you like cats?', 'Do you like tea?', 'Do you have friends?', 'Do you have feelings?'], answers: ['I am a language model, so I have no feelings, but I am glad to talk with you.'] },
    { says: ['Happy new year!', 'Happy birthday!', 'Merry Christmas!'], answers: ['Thank you! I wish you all the best.'] },
    { says: ['Good luck!', 'Have a nice day!', 'Take care!'], answers: ['Thank you! The same to you.'] },
    { says: ['Sorry', 'I am sorry.', 'Excuse me.'], answers: ['No problem at all.'] },
  ],
  zh: [
    { says: ['你好吗？', '最近怎么样？', '你今天怎么样？', '你还好吗？', '过得怎么样？', '近来可好？'], answers: ['我很好，谢谢。你呢？'] },
    { says: ['我很好。', '我也很好。', '挺好的，谢谢。', '还不错。'], answers: ['听到这个我很高兴！'] },
    { says: ['谢谢！', '谢谢你', '谢谢您', '非常感谢。', '多谢！', '太好了，谢谢！', '感谢'], answers: ['不客气！'] },
    { says: ['再见', '拜拜', '下次见。', '明天见。', '我要走了。', '晚安', '回头见'], answers: ['再见！祝你今天愉快。'] },
    { says: ['我累了。', '我今天好累。', '我想休息一下。'], answers: ['好好休息一下吧，你辛苦了。'] },
    { says: ['我很高兴。', '我今天好开心！', '今天真是美好的一天。'], answers: ['太好了！我为你高兴。'] },
    { says: ['我很难过。', '我今天心情不好。', '我不开心。', '我很孤独。'], answers: ['听到这个我很难过，希望你快点好起来。'] },
    { says: ['我饿了。', '我想吃东西。'], answers: ['也许该好好吃一顿饭了。'] },
    { says: ['讲个笑话。', '给我讲个笑话吧。', '你会讲笑话吗？'], answers: ['数字六为什么害怕？因为七八九都排在它后面。'] },
    { says: ['你真棒！', '你真聪明。', '做得好！', '干得好！', '我喜欢你。'], answers: ['谢谢夸奖！你真好。'] },
    { says: ['你真笨。', '这不对。', '你错了。', '不，这是错的。'], answers: ['对不起，我是一个小模型，会犯错。'] },
    { says: ['好的', '好', '知道了。', '明白了。', '行。', '可以。'], answers: ['还有什么我可以帮你的吗？'] },
    { says: ['你会说英语吗？', '你会说中文吗？', '你会说什么语言？', '你懂中文吗？'], answers: ['我会说一点英语和中文。'] },
    { says: ['你多大了？', '你几岁了？'], answers: ['我是语言模型，没有年龄。'] },
    { says: ['你有多大？', '你有多少参数？'], answers: ['我很小，大约有三百万个参数。'] },
    { says: ['你住在哪里？', '你在哪里？'], answers: ['我住在电脑里。'] },
    { says: ['你喜欢音乐吗？', '你喜欢猫吗？', '你喜欢喝茶吗？', '你有朋友吗？', '你有感情吗？'], answers: ['我是语言模型，没有感情，但很乐意和你聊天。'] },
    { says: ['新年快乐！', '生日快乐！', '圣诞快乐！'], answers: ['谢谢！祝你一切都好。'] },
    { says: ['祝你好运！', '祝你愉快！', '保重！'], answers: ['谢谢！你也一样。'] },
    { says: ['对不起', '抱歉。', '不好意思。'], answers: ['没关系。'] },
  ],
}

function smalltalk(random: Random, locale: Locale): Turn[] {
  const { says, answers } = random.pick(exchanges[locale])
  return [turn(random.pick(says), random.pick(answers))]
}

/** Told once, asked for later: the answer is copied from the conversation. */
function remember(random: Random, locale: Locale): Turn[] {
  const name = random.pick(firstNames[locale])
  if (locale === 'zh') return [verbatim(fill(random.pick(['我叫{name}。', '我的名字是{name}。', '你好，我是{name}。']), { name }), `很高兴认识你，${name}！`), verbatim(random.pick(['我叫什么名字？', '我是谁？', '你记得我的名字吗？']), `你叫${name}。`)]
  return [verbatim(fill(random.pick(['My name is {name}.', 'I am {name}.', 'Hi, I am {name}.', 'Call me {name}.']), { name }), `Nice to meet you, ${name}!`), verbatim(random.pick(['What is my name?', 'Who am I?', 'Do you remember my name?']), `Your name is ${name}.`)]
}

const beyond: Phrases = {
  en: ['What is the weather today?', 'Will it rain tomorrow?', 'What time is it?', 'What day is it today?', 'What is the date today?', 'Who won the game last night?', 'What is the news?', 'What is the price of gold?', 'Who is the president?', 'Tell me about {topic}.', 'What do you think about {topic}?', 'Explain {topic}.', 'Write an essay about {topic}.', 'Write a poem about {topic}.', 'How does {topic} work?', 'Give me a book about {topic}.', 'What is my phone number?', 'Where did I put my keys?', 'Write a program.', 'Book me a flight.'],
  zh: ['今天天气怎么样？', '明天会下雨吗？', '现在几点了？', '今天星期几？', '今天几号？', '昨晚谁赢了比赛？', '有什么新闻？', '黄金多少钱？', '总统是谁？', '给我讲讲{topic}。', '你怎么看{topic}？', '解释一下{topic}。', '写一篇关于{topic}的文章。', '写一首关于{topic}的诗。', '{topic}是怎么工作的？', '推荐一本关于{topic}的书。', '我的电话号码是多少？', '我的钥匙在哪里？', '写一个程序。', '帮我订机票。'],
}
const topics: Phrases = {
  en: ['quantum physics', 'the economy', 'ancient history', 'politics', 'black holes', 'chemistry', 'the stock market', 'football', 'philosophy', 'gravity', 'the internet', 'an engine', 'evolution', 'medicine', 'the law', 'painting', 'space travel', 'the French revolution', 'war', 'art'],
  zh: ['量子物理', '经济', '古代历史', '政治', '黑洞', '化学', '股票市场', '足球', '哲学', '万有引力', '互联网', '发动机', '进化论', '医学', '法律', '绘画', '太空旅行', '法国大革命', '战争', '艺术'],
}

/** A question it cannot answer; better said than guessed. */
function unknown(random: Random, locale: Locale): Turn[] {
  const question = fill(random.pick(beyond[locale]), { topic: random.pick(topics[locale]) })
  return [turn(question, locale === 'en' ? 'I am sorry, I do not know that. I am only a small model.' : '对不起，这个我不知道。我只是一个小模型。')]
}

export const smalltalkSkills: Skill[] = [
  { name: 'small talk', weight: 7, ask: smalltalk },
  { name: 'remember', weight: 2, ask: remember },
  { name: 'unknown', weight: 4, ask: unknown },
]
