package org.cofitune.model;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.cofitune.engine.HostMemory;
import org.cofitune.engine.ranks.ProcessGroup;

/**
 * One process's share of a layer's frozen matrices. The bytes of all their parts lie one after the
 * other, each part at a multiple of {@link #ALIGNMENT}, as one flat row that is cut into equal
 * shares, one for each process: the flat parameter of FSDP (Zhao and others, 2023, arXiv
 * 2304.11277, section 4.2.1). What travels are the bytes as they are held, quantised where they
 * are.
 *
 * <p>Owns its share: {@link #close} frees it.
 */
final class LayerShard implements AutoCloseable {

  private static final long ALIGNMENT = HostMemory.ALIGNMENT;

  private final Map<String, Matrix> matrices;
  private final Tensor share; // [bytes of a share]
  private final int shares;

  /** Where a part lies in the flat row. */
  private record Part(long begin, long bytes, List<Long> shape, ScalarType type) {
    /** References to the part within a whole row, outliving every scope. */
    Tensor in(Tensor row) {
      return row.narrow(0, begin, bytes)
          .view(type)
          .view(shape.stream().mapToLong(Long::longValue).toArray())
          .retainReference();
    }
  }

  private record Matrix(MatrixForm form, List<Part> parts) {}

  /** A matrix as it was gathered. Owns its parts. */
  record Gathered(MatrixForm form, List<Tensor> parts) {
    void close() {
      parts.forEach(Tensor::close);
    }
  }

  /** A layer on its way. */
  @FunctionalInterface
  interface Coming {
    /** The layer's matrices by name, owned by the caller; once. */
    Map<String, Gathered> await();
  }

  private LayerShard(Map<String, Matrix> matrices, Tensor share, int shares) {
    this.matrices = matrices;
    this.share = share;
    this.shares = shares;
  }

  /**
   * Cuts a layer.
   *
   * @param whole its matrices, the same in all processes; they stay the caller's
   * @param rank whose share it is
   * @param place where it is held
   */
  static LayerShard of(Map<String, FrozenMatrix> whole, int rank, int shares, Device place) {
    Map<String, Matrix> matrices = new LinkedHashMap<>();
    Map<Part, Tensor> contents = new LinkedHashMap<>();
    long end = 0;
    for (Map.Entry<String, FrozenMatrix> entry : whole.entrySet()) {
      List<Part> own = new ArrayList<>();
      for (Tensor tensor : entry.getValue().parts()) {
        Part part = partAt(end + HostMemory.misalignment(tensor), tensor);
        own.add(part);
        contents.put(part, tensor);
        end = aligned(part.begin + part.bytes);
      }
      matrices.put(entry.getKey(), new Matrix(entry.getValue().form(), own));
    }
    long bytes = aligned((end + shares - 1) / shares);
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      Tensor share = row(bytes, place);
      contents.forEach((part, tensor) -> copyOverlap(share, rank * bytes, part, tensor));
      return new LayerShard(matrices, share.retainReference(), shares);
    } finally {
      contents.values().forEach(Tensor::close);
    }
  }

  private static Part partAt(long begin, Tensor tensor) {
    try (PointerScope scope = new PointerScope()) {
      List<Long> shape = new ArrayList<>();
      for (long size : tensor.sizes().vec().get()) {
        shape.add(size);
      }
      return new Part(
          begin, tensor.numel() * tensor.element_size(), shape, tensor.scalar_type().intern());
    }
  }

  private static long aligned(long bytes) {
    return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }

  private static Tensor row(long bytes, Device place) {
    return torch.zeros(
        new long[] {bytes}, torch.dtype(ScalarType.Byte).device(new DeviceOptional(place)));
  }

  /** Copies what of a part lies in a share, and reads no other byte of it. */
  private static void copyOverlap(Tensor share, long shareBegin, Part part, Tensor content) {
    long from = Math.max(part.begin, shareBegin);
    long to = Math.min(part.begin + part.bytes, shareBegin + share.size(0));
    if (from < to) {
      Tensor bytes = content.contiguous().view(content.numel()).view(ScalarType.Byte);
      share
          .narrow(0, from - shareBegin, to - from)
          .copy_(bytes.narrow(0, from - part.begin, to - from));
    }
  }

  /** Bytes of the share. */
  long bytes() {
    return share.size(0);
  }

  /**
   * Begins to bring all shares together; every process of the group calls it.
   *
   * @param device where they are needed
   */
  Coming gather(ProcessGroup group, Device device) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      boolean here = share.device().is_cpu() == device.is_cpu();
      Tensor own = (here ? new Tensor(share) : HostMemory.copyTo(device, share)).retainReference();
      Tensor all = row(shares * share.size(0), device).retainReference();
      ProcessGroup.Pending pending = group.gather(own, all);
      return () -> {
        pending.await();
        own.close();
        return cut(all);
      };
    }
  }

  private Map<String, Gathered> cut(Tensor all) {
    Map<String, Gathered> gathered = new LinkedHashMap<>();
    try (PointerScope scope = new PointerScope()) {
      matrices.forEach(
          (name, matrix) ->
              gathered.put(
                  name,
                  new Gathered(
                      matrix.form, matrix.parts.stream().map(part -> part.in(all)).toList())));
    }
    all.close();
    return gathered;
  }

  @Override
  public void close() {
    share.close();
  }
}
