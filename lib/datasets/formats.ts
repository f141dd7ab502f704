/** The formats of dataset rows by their names in dataset_info.json. */
import { type Aligned, alignAlpaca, alignOpenai, alignSharegpt } from '@/lib/datasets/align'
import { alignChatglm3 } from '@/lib/datasets/chatglm3'
import type { DatasetSource, Formatting } from '@/lib/datasets/info'
import type { PyObject } from '@/lib/pyjson'

interface Format {
  /** Throws RowError for a row of the wrong shape. */
  align: (record: PyObject, source: DatasetSource) => Aligned
  /** Whether all rows get one shape first, as Arrow gives it to the reference (unify.ts). */
  one_shape: boolean
}

export const formats = {
  alpaca: { align: alignAlpaca, one_shape: true },
  sharegpt: { align: alignSharegpt, one_shape: true },
  openai: { align: alignOpenai, one_shape: true },
  chatglm3: { align: alignChatglm3, one_shape: false },
} satisfies Record<Formatting, Format>

/** Throws RowError for a row of the wrong shape. */
export const align = (record: PyObject, source: DatasetSource): Aligned => formats[source.formatting].align(record, source)
