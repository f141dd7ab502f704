/** The words the starter knows, in both languages: plain tables, from which several skills draw. */

export interface Word {
  en: string
  zh: string
}

/** "cat=猫, dog=狗" as a table. */
export const words = (text: string): Word[] =>
  text
    .trim()
    .split(/\s*,\s*/)
    .map((pair) => {
      const [en, zh] = pair.split('=')
      return { en, zh }
    })

export const categories = {
  animal: words(
    'cat=猫, dog=狗, horse=马, cow=牛, sheep=羊, pig=猪, chicken=鸡, duck=鸭子, rabbit=兔子, tiger=老虎, lion=狮子, elephant=大象, monkey=猴子, bear=熊, bird=鸟, fish=鱼, panda=熊猫',
  ),
  fruit: words('apple=苹果, banana=香蕉, orange=橙子, grape=葡萄, pear=梨, peach=桃子, lemon=柠檬'),
  colour: words('red=红色, blue=蓝色, green=绿色, yellow=黄色, black=黑色, white=白色'),
  vehicle: words('car=汽车, bus=公交车, train=火车, plane=飞机, ship=轮船, bicycle=自行车'),
  food: words('bread=面包, rice=米饭, noodle=面条, egg=鸡蛋, meat=肉, soup=汤'),
  drink: words('water=水, tea=茶, coffee=咖啡, milk=牛奶'),
  'body part': words('hand=手, foot=脚, head=头, eye=眼睛, ear=耳朵, nose=鼻子, mouth=嘴巴'),
  'piece of clothing': words('hat=帽子, shirt=衬衫, coat=外套, shoe=鞋子, sock=袜子'),
  'piece of furniture': words('table=桌子, chair=椅子, bed=床, sofa=沙发'),
} satisfies Record<string, Word[]>
export type Category = keyof typeof categories

export const categoryNames: Record<Category, { zh: string; plural: string }> = {
  animal: { zh: '动物', plural: 'animals' },
  fruit: { zh: '水果', plural: 'fruits' },
  colour: { zh: '颜色', plural: 'colours' },
  vehicle: { zh: '交通工具', plural: 'vehicles' },
  food: { zh: '食物', plural: 'foods' },
  drink: { zh: '饮料', plural: 'drinks' },
  'body part': { zh: '身体部位', plural: 'body parts' },
  'piece of clothing': { zh: '衣物', plural: 'pieces of clothing' },
  'piece of furniture': { zh: '家具', plural: 'pieces of furniture' },
}

export const otherWords: Word[] = words(
  'sun=太阳, moon=月亮, star=星星, sea=大海, river=河, mountain=山, tree=树, flower=花, rain=雨, snow=雪, fire=火, book=书, pen=钢笔, door=门, window=窗户, house=房子, school=学校, city=城市, road=路, phone=手机, computer=电脑, cup=杯子, bag=包, music=音乐, song=歌, friend=朋友, teacher=老师, student=学生, doctor=医生, mother=妈妈, father=爸爸, child=孩子, king=国王, night=夜晚, morning=早上, summer=夏天, winter=冬天, love=爱, dream=梦, time=时间, money=钱, world=世界, run=跑, walk=走, eat=吃, sleep=睡觉, read=读, write=写, sing=唱, swim=游泳, hello=你好, goodbye=再见, thanks=谢谢',
)

export const opposites: [Word, Word][] = (
  'hot=热/cold=冷, big=大/small=小, tall=高/short=矮, fast=快/slow=慢, good=好/bad=坏, new=新/old=旧, young=年轻/elderly=年老, happy=高兴/sad=难过, rich=富有/poor=贫穷, light=轻/heavy=重, bright=亮/dark=暗, strong=强/weak=弱, wet=湿/dry=干, full=满/empty=空, clean=干净/dirty=脏, easy=容易/hard=难, early=早/late=晚, up=上/down=下, left=左/right=右, inside=里面/outside=外面, near=近/far=远, many=多/few=少'
).split(', ').map((pair): [Word, Word] => {
  const [first, second] = pair.split('/').flatMap(words)
  return [first, second]
})

/** Thing, its colour; both as words of the two languages. */
export const colours: [Word, Word][] = (
  'the sky=天空/blue=蓝色, the sea=大海/blue=蓝色, grass=草/green=绿色, a leaf=树叶/green=绿色, snow=雪/white=白色, milk=牛奶/white=白色, coal=煤/black=黑色, the night=黑夜/black=黑色, a banana=香蕉/yellow=黄色, a lemon=柠檬/yellow=黄色, the sun=太阳/yellow=黄色, blood=血/red=红色, a tomato=西红柿/red=红色'
).split(', ').map((pair): [Word, Word] => {
  const [first, second] = pair.split('/').flatMap(words)
  return [first, second]
})

export const capitals: [Word, Word][] = (
  'China=中国/Beijing=北京, France=法国/Paris=巴黎, Japan=日本/Tokyo=东京, Germany=德国/Berlin=柏林, Italy=意大利/Rome=罗马, Spain=西班牙/Madrid=马德里, Britain=英国/London=伦敦, Russia=俄罗斯/Moscow=莫斯科, Egypt=埃及/Cairo=开罗, Greece=希腊/Athens=雅典'
).split(', ').map((pair): [Word, Word] => {
  const [first, second] = pair.split('/').flatMap(words)
  return [first, second]
})

export const weekdays: Word[] = words('Monday=星期一, Tuesday=星期二, Wednesday=星期三, Thursday=星期四, Friday=星期五, Saturday=星期六, Sunday=星期日')
export const months: Word[] = words(
  'January=一月, February=二月, March=三月, April=四月, May=五月, June=六月, July=七月, August=八月, September=九月, October=十月, November=十一月, December=十二月',
)

/** Everything that can be translated, spelled or repeated as one English word. */
export const vocabulary: Word[] = [...Object.values(categories).flat(), ...otherWords, ...weekdays, ...months]

export const firstNames: Record<'en' | 'zh', readonly string[]> = {
  en: ['Anna', 'Ben', 'Clara', 'David', 'Emma', 'Frank', 'Grace', 'Henry', 'Iris', 'Jack', 'Kate', 'Leo', 'Maria', 'Nick', 'Olga', 'Paul', 'Rosa', 'Sam', 'Tina', 'Victor', 'Wendy', 'Tom', 'Lucy', 'Peter'],
  zh: ['小明', '小红', '小华', '小丽', '小刚', '李雷', '王芳', '张伟', '陈静', '刘洋', '赵敏', '周杰', '吴涛', '孙悦', '林峰', '何晨'],
}
