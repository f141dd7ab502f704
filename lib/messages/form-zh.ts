/** Chinese texts of the Train form, in the shape of `form-en.ts`. */
import type { Messages } from '@/lib/messages/en'

export const formZh: Messages['ui']['form'] = {
  search: '搜索设置',
  found: '找到 {count} 项',
  none: '没有设置的键名、名称或说明包含这些文字。',
  in_bar: '位于上方栏中',
  changed: '已修改 {count} 项',
  only_changed: '只显示修改过的设置',
  reset_group: '重置“{group}”',
  reset_all: '全部重置',
  was_reset: '所有设置已恢复为初始值。',
  undo: '撤销',
  dismiss: '关闭提示',
  inert: '在本引擎上不起作用，只保留在文件中供 LLaMA-Factory 使用。',
  elsewhere: '用于其他引擎',
  elsewhere_note: '这些设置在本引擎上不起作用，但会写入文件，供 LLaMA-Factory 使用。',
  later: '当前版本尚不支持',
  later_note: 'LLaMA Board 有而当前版本没有的设置。如果文件中设置了它们，会用同样的语句说明原因并拒绝。',
  brought: '来自文件的设置',
  brought_note: '在本页面上没有固定位置的设置。',
}
