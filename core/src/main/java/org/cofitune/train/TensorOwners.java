package org.cofitune.train;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which process keeps the moments of which trained tensor, and moves it: whole tensors, the largest
 * first, each to the process with the least so far. The same tensors and processes give the same
 * owners everywhere.
 */
final class TensorOwners {
  private final Map<String, Integer> owners = new HashMap<>();

  TensorOwners(List<TrainedTensor> tensors, int processes) {
    long[] load = new long[processes];
    List<TrainedTensor> largestFirst = new ArrayList<>(tensors);
    largestFirst.sort(
        Comparator.<TrainedTensor>comparingLong(tensor -> -tensor.master().numel())
            .thenComparing(TrainedTensor::name));
    for (TrainedTensor tensor : largestFirst) {
      int owner = 0;
      for (int process = 1; process < processes; process++) {
        owner = load[process] < load[owner] ? process : owner;
      }
      load[owner] += tensor.master().numel();
      owners.put(tensor.name(), owner);
    }
  }

  /** The process that moves a tensor. */
  int of(TrainedTensor tensor) {
    Integer owner = owners.get(tensor.name());
    if (owner == null) {
      throw new IllegalArgumentException("no trained tensor named " + tensor.name());
    }
    return owner;
  }

  /** The tensors that a process moves, in their order. */
  List<TrainedTensor> ownedBy(int process, List<TrainedTensor> tensors) {
    return tensors.stream().filter(tensor -> of(tensor) == process).toList();
  }
}
