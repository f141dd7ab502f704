/** The small world that the demo sets talk about, in both languages: people, cities, deeds, goods. Plain tables; words of one language only stand beside their use. */
import { words, type Word } from '@/tools/starter/lexicon'

export const people = words(
  'Anna=安娜, Ben=小本, Clara=克拉拉, David=大卫, Emma=艾玛, Frank=弗兰克, Grace=格蕾丝, Henry=亨利, Iris=艾丽丝, Jack=杰克, Lily=李莉, Leo=里奥, Maria=玛丽亚, Nick=尼克, Wei=小伟, Ming=小明, Fang=王芳, Tao=吴涛, Rosa=罗莎, Sam=山姆, Tina=蒂娜, Yue=孙悦',
)

export const cities = words(
  'Paris=巴黎, Tokyo=东京, Cairo=开罗, Rome=罗马, Oslo=奥斯陆, Lima=利马, Beijing=北京, Shanghai=上海, Chengdu=成都, Suzhou=苏州, Hangzhou=杭州, London=伦敦, Madrid=马德里, Berlin=柏林, Athens=雅典, Sydney=悉尼, Vienna=维也纳, Lisbon=里斯本, Dublin=都柏林, Kyoto=京都',
)

/** What shops sell: thing (one, many), price of one. `measure` is the Chinese measure word. */
export interface Good {
  one: Word
  many: string
  measure: string
  price: number
}

export const goods: Good[] = 'lamp/lamps=台灯/盏/9, pen/pens=钢笔/支/2, cup/cups=杯子/个/4, hat/hats=帽子/顶/7, book/books=书/本/8, chair/chairs=椅子/把/20, bag/bags=书包/个/15, clock/clocks=闹钟/个/12, umbrella/umbrellas=雨伞/把/6, shirt/shirts=衬衫/件/18, apple/apples=苹果/个/1, ticket/tickets=车票/张/5, cake/cakes=蛋糕/块/3, towel/towels=毛巾/条/4, kettle/kettles=水壶/个/14'
  .split(', ')
  .map((row) => {
    const [english, chinese] = row.split('=')
    const [en, many] = english.split('/')
    const [zh, measure, price] = chinese.split('/')
    return { one: { en, zh }, many, measure, price: Number(price) }
  })

/** "3 lamps", "3 盏台灯". */
export const counted = (n: number, good: Good): Word => ({ en: `${n} ${n === 1 ? good.one.en : good.many}`, zh: `${n} ${good.measure}${good.one.zh}` })

/** What somebody does: the verb after "does", after "she", and what follows; the same in Chinese as one piece. */
export interface Deed {
  base: string
  third: string
  rest: string
  zh: string
}

export const deeds: Deed[] = 'like/likes/green tea=喜欢绿茶, read/reads/a long book=读一本很厚的书, drink/drinks/coffee in the morning=在早上喝咖啡, live/lives/near the river=住在河边, work/works/in a hospital=在医院工作, play/plays/the piano=弹钢琴, walk/walks/to school=走路去学校, grow/grows/tomatoes=种西红柿, speak/speaks/two languages=会说两种语言, paint/paints/the old door=给旧门刷漆, own/owns/two cats=养两只猫, take/takes/the first train=坐第一班火车, cook/cooks/soup on Sundays=在星期天做汤, feed/feeds/the ducks=喂鸭子, repair/repairs/bicycles=修自行车, write/writes/letters to friends=给朋友写信, teach/teaches/music=教音乐, sell/sells/flowers=卖花, swim/swims/in the sea=在海里游泳, know/knows/many songs=会唱很多歌'
  .split(', ')
  .map((row) => {
    const [english, zh] = row.split('=')
    const [base, third, rest] = english.split('/')
    return { base, third, rest, zh }
  })

export const deedSentence = (who: Word, deed: Deed): Word => ({ en: `${who.en} ${deed.third} ${deed.rest}.`, zh: `${who.zh}${deed.zh}。` })

/** Hours as people say them. */
export const hour = (n: number): Word => ({ en: `${n} o’clock`, zh: `${n} 点` })
