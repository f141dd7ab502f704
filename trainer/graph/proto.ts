/**
 * The few TensorFlow protocol-buffer messages that a recorded program is written in (field numbers: tensorflow/core/framework/*.proto,
 * tensorflow/core/protobuf/{meta_graph,saved_model}.proto). Encoding is protobufjs's.
 */
import protobuf from 'protobufjs/light.js'

const one = (type: string, id: number) => ({ type, id })
const many = (type: string, id: number) => ({ type, id, rule: 'repeated' as const })
const map = (type: string, id: number) => ({ keyType: 'string', type, id })

const root = protobuf.Root.fromJSON({
  nested: {
    Dim: { fields: { size: one('int64', 1) } },
    Shape: { fields: { dim: many('Dim', 2), unknown_rank: one('bool', 3) } },
    TensorProto: { fields: { dtype: one('int32', 1), tensor_shape: one('Shape', 2), tensor_content: one('bytes', 4) } },
    ListValue: { fields: { s: many('bytes', 2), i: many('int64', 3), type: many('int32', 6), shape: many('Shape', 7) } },
    AttrValue: {
      fields: {
        list: one('ListValue', 1), s: one('bytes', 2), i: one('int64', 3), f: one('float', 4), b: one('bool', 5),
        type: one('int32', 6), shape: one('Shape', 7), tensor: one('TensorProto', 8),
      },
      oneofs: { value: { oneof: ['list', 's', 'i', 'f', 'b', 'type', 'shape', 'tensor'] } },
    },
    NodeDef: { fields: { name: one('string', 1), op: one('string', 2), input: many('string', 3), device: one('string', 4), attr: map('AttrValue', 5) } },
    VersionDef: { fields: { producer: one('int32', 1) } },
    GraphDef: { fields: { node: many('NodeDef', 1), versions: one('VersionDef', 4) } },
    TensorInfo: { fields: { name: one('string', 1), dtype: one('int32', 2), tensor_shape: one('Shape', 3) } },
    SignatureDef: { fields: { inputs: map('TensorInfo', 1), outputs: map('TensorInfo', 2), method_name: one('string', 3) } },
    MetaInfoDef: { fields: { tags: many('string', 4) } },
    MetaGraphDef: { fields: { meta_info_def: one('MetaInfoDef', 1), graph_def: one('GraphDef', 2), signature_def: map('SignatureDef', 5) } },
    SavedModel: { fields: { saved_model_schema_version: one('int64', 1), meta_graphs: many('MetaGraphDef', 2) } },
  },
})

const savedModelType = root.lookupType('SavedModel')

export interface ShapeProto { dim: { size: number }[] }
export type AttrValue =
  | { s: Uint8Array } | { i: number } | { f: number } | { b: boolean } | { type: number } | { shape: ShapeProto }
  | { tensor: { dtype: number; tensor_shape: ShapeProto; tensor_content: Uint8Array } }
  | { list: { i?: number[]; type?: number[]; shape?: ShapeProto[] } }
export interface NodeDef { name: string; op: string; input: string[]; device?: string; attr: Record<string, AttrValue> }
export interface TensorInfoDef { name: string; dtype: number; tensor_shape: ShapeProto }
export interface SignatureDef { inputs: Record<string, TensorInfoDef>; outputs: Record<string, TensorInfoDef> }

/** The producer version of TensorFlow 2.9's graphs: the oldest runtime that a program may be given to. */
const producer = 1087

/** Bytes of a `saved_model.pb` with one meta graph tagged `serve`. */
export function encodeSavedModel(nodes: NodeDef[], signatures: Record<string, SignatureDef>): Uint8Array {
  return savedModelType
    .encode({
      saved_model_schema_version: 1,
      meta_graphs: [{ meta_info_def: { tags: ['serve'] }, graph_def: { node: nodes, versions: { producer } }, signature_def: signatures }],
    })
    .finish()
}

export const shapeProto = (shape: number[]): ShapeProto => ({ dim: shape.map(size => ({ size })) })
