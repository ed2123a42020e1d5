package org.cofitune.store;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Which tensor goes into which file.
 *
 * @param shards tensors by file name, in order
 */
record ShardPlan(Map<String, List<TensorSpec>> shards) {
  /**
   * Fills one shard after the other; a tensor larger than the bound gets a shard to itself, as in
   * {@code split_torch_state_dict_into_shards} of huggingface_hub.
   */
  static ShardPlan of(List<TensorSpec> tensors, long maxShardBytes) {
    List<List<TensorSpec>> groups = new ArrayList<>();
    List<TensorSpec> current = new ArrayList<>();
    long bytes = 0;
    for (TensorSpec tensor : tensors) {
      if (tensor.bytes() > maxShardBytes) {
        groups.add(List.of(tensor));
        continue;
      }
      if (bytes + tensor.bytes() > maxShardBytes) {
        groups.add(current);
        current = new ArrayList<>();
        bytes = 0;
      }
      current.add(tensor);
      bytes += tensor.bytes();
    }
    if (!current.isEmpty() || groups.isEmpty()) {
      groups.add(current);
    }
    return new ShardPlan(named(groups));
  }

  private static Map<String, List<TensorSpec>> named(List<List<TensorSpec>> groups) {
    if (groups.size() == 1) {
      return Map.of(Checkpoint.SINGLE, groups.get(0));
    }
    Map<String, List<TensorSpec>> shards = new LinkedHashMap<>();
    for (int i = 0; i < groups.size(); i++) {
      shards.put("model-%05d-of-%05d.safetensors".formatted(i + 1, groups.size()), groups.get(i));
    }
    return shards;
  }

  /** Bytes of all tensors, without headers. */
  long totalBytes() {
    return shards.values().stream().flatMap(List::stream).mapToLong(TensorSpec::bytes).sum();
  }
}
