/** Whether the model bar's model brings a chat template of its own that can be used. */
import { createStore } from '@/components/store'

export const ownTemplate = createStore(false)
