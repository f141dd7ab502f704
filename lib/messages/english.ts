/** The sentence of a fault in English, for logs and terminals: without the other languages, which take a tenth of a second to load. */
import type { Fault } from '@/lib/errors'
import { en } from '@/lib/messages/en'
import { sentenceOf } from '@/lib/messages/text'

export const inEnglish = (fault: Fault): string => sentenceOf(fault, en)
