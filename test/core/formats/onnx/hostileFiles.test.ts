// Every hostile and odd file with what must come of it; opened in a process of its own.
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { hasShared, sharedFile } from '../../../support/sharedFiles';
import { openInChild } from '../../../support/openInChild';

/** What comes of each file, all subgraphs counted: nodes, and stored tensors with their elements. */
const expected: Readonly<Record<string, string>> = {
  'onnx/bad_names.onnx': '1 nodes, 0 tensors of 0',
  'onnx/corrupt-model.onnx': 'FORMAT_UNKNOWN',
  'onnx/invalid_dim_param_value_repetition.onnx': '7 nodes, 1 tensors of 1',
  'onnx/model_with_external_initializer_come_from_user.onnx': 'EXTERNAL_DATA_MISSING',
  'onnx/model_with_external_initializers.onnx': 'EXTERNAL_DATA_MISSING',
  'onnx/model_with_invalid_ort_config_json.onnx': '1 nodes, 1 tensors of 2',
  'onnx/test_arbitrary_external_file.onnx': 'EXTERNAL_PATH_REFUSED',
  'onnx/transpose_to_reshape_invalid.onnx': '2 nodes, 0 tensors of 0',
  'onnx_odd/all_constants_used.onnx': '3 nodes, 3 tensors of 9',
  'onnx_odd/all_dtypes.onnx': '22 nodes, 22 tensors of 60',
  'onnx_odd/all_dynamic_shapes.onnx': '3 nodes, 0 tensors of 0',
  'onnx_odd/arg_types.onnx': '4 nodes, 3 tensors of 5',
  'onnx_odd/basic_model.onnx': '3 nodes, 2 tensors of 6',
  'onnx_odd/branching.onnx': '4 nodes, 2 tensors of 8',
  'onnx_odd/circular_preferences.onnx': '6 nodes, 0 tensors of 0',
  'onnx_odd/complex_broadcasting.onnx': '2 nodes, 1 tensors of 3',
  'onnx_odd/constant_fold_blocked.onnx': '2 nodes, 1 tensors of 1',
  'onnx_odd/constant_fold_cascade.onnx': '7 nodes, 2 tensors of 2',
  'onnx_odd/constant_fold_cast.onnx': '4 nodes, 1 tensors of 1',
  'onnx_odd/constant_fold_chain.onnx': '2 nodes, 3 tensors of 3',
  'onnx_odd/constant_fold_concat.onnx': '9 nodes, 4 tensors of 4',
  'onnx_odd/constant_fold_sqrt.onnx': '5 nodes, 1 tensors of 1',
  'onnx_odd/constant_in_output.onnx': '2 nodes, 2 tensors of 12',
  'onnx_odd/constant_lifting.onnx': '3 nodes, 3 tensors of 15',
  'onnx_odd/constant_multiple_refs.onnx': '3 nodes, 1 tensors of 6',
  'onnx_odd/constants.onnx': '2 nodes, 3 tensors of 9',
  'onnx_odd/data_types.onnx': '13 nodes, 12 tensors of 72',
  'onnx_odd/deep_chain.onnx': '30 nodes, 0 tensors of 0',
  'onnx_odd/diamond_pattern.onnx': '3 nodes, 0 tensors of 0',
  'onnx_odd/disconnected_subgraphs.onnx': '4 nodes, 0 tensors of 0',
  'onnx_odd/edge_cases.onnx': '3 nodes, 3 tensors of 3',
  'onnx_odd/empty_graph.onnx': '0 nodes, 0 tensors of 0',
  'onnx_odd/empty_output_names.onnx': '2 nodes, 0 tensors of 0',
  'onnx_odd/external_data.onnx': '2 nodes, 2 tensors of 20',
  'onnx_odd/external_data_offset.onnx': '1 nodes, 1 tensors of 6',
  'onnx_odd/gemm_linear.onnx': '1 nodes, 2 tensors of 16',
  'onnx_odd/high_rank_tensors.onnx': '3 nodes, 0 tensors of 0',
  'onnx_odd/identity.onnx': '5 nodes, 1 tensors of 4',
  'onnx_odd/matmul_dynamic_weights.onnx': '1 nodes, 0 tensors of 0',
  'onnx_odd/mixed_data.onnx': '2 nodes, 2 tensors of 4160',
  'onnx_odd/mixed_rank_broadcasting.onnx': '4 nodes, 2 tensors of 4',
  'onnx_odd/mixed_value_sources.onnx': '1 nodes, 1 tensors of 3',
  'onnx_odd/multi_external_files.onnx': '2 nodes, 2 tensors of 20',
  'onnx_odd/multi_io.onnx': '3 nodes, 0 tensors of 0',
  'onnx_odd/no_initializers.onnx': '2 nodes, 0 tensors of 0',
  'onnx_odd/node_multiple_outputs_partial_use.onnx': '2 nodes, 1 tensors of 1',
  'onnx_odd/non_topological_order.onnx': '3 nodes, 0 tensors of 0',
  'onnx_odd/noop_cast_different_type.onnx': '1 nodes, 0 tensors of 0',
  'onnx_odd/noop_cast_same_type.onnx': '2 nodes, 0 tensors of 0',
  'onnx_odd/only_constants.onnx': '2 nodes, 2 tensors of 6',
  'onnx_odd/optional_input_clip.onnx': '1 nodes, 1 tensors of 1',
  'onnx_odd/passthrough.onnx': '1 nodes, 0 tensors of 0',
  'onnx_odd/prescaled_sdpa.onnx': '17 nodes, 4 tensors of 9',
  'onnx_odd/same_constant_multiple_inputs.onnx': '1 nodes, 2 tensors of 12',
  'onnx_odd/shape_broadcasting.onnx': '2 nodes, 0 tensors of 0',
  'onnx_odd/single_node.onnx': '1 nodes, 0 tensors of 0',
  'onnx_odd/static_constant_invariant.onnx': '2 nodes, 2 tensors of 12',
  'onnx_odd/symbolic_batch_dim.onnx': '1 nodes, 0 tensors of 0',
  'onnx_odd/type_validation.onnx': '3 nodes, 2 tensors of 7',
  'onnx_odd/unknown_rank_dynamic.onnx': '2 nodes, 0 tensors of 0',
  'onnx_odd/value_info.onnx': '4 nodes, 2 tensors of 5',
  'onnx_odd/very_long_names.onnx': '1 nodes, 0 tensors of 0',
  'onnx_odd/wide_branching.onnx': '9 nodes, 8 tensors of 32',
  'onnx_odd/zero_sized_dims.onnx': '1 nodes, 0 tensors of 0',
};

describe.runIf(hasShared)('hostile and odd ONNX files', () => {
  it('are opened or refused with a reason, each as expected', () => {
    const names = ['onnx', 'onnx_odd'].flatMap((folder) =>
      readdirSync(sharedFile(`models/hostile/${folder}`))
        .filter((name) => name.endsWith('.onnx'))
        .map((name) => `${folder}/${name}`),
    );
    const outcomes = openInChild(names.map((name) => sharedFile(`models/hostile/${name}`)));
    const found = names.map((name) => [name, outcomes.get(sharedFile(`models/hostile/${name}`))]);
    expect(Object.fromEntries(found)).toEqual(expected);
  });
});
