package org.cofitune.engine;

import org.bytedeco.javacpp.Pointer;

/**
 * Gives the gaps of the C library's heap back to the system. Tensors whose sizes differ from batch
 * to batch leave gaps that none of the next ones fits into: without this, rows of mixed lengths
 * grew a training of 0.6 GiB to 4 GiB. Mapping every tensor for itself would leave no gaps, but
 * costs as much time as the arithmetic.
 *
 * <pre>{@code
 * NativeHeap heap = new NativeHeap();
 * for (Batch batch : batches) {
 *   train(batch);
 *   heap.settle();
 * }
 * }</pre>
 */
public final class NativeHeap {
  private static final double GROWTH = 1.25;
  private static final long SLACK = 512L << 20;

  private long settled;

  /** Gives back what it can now, after work whose temporaries were large. */
  public static void trim() {
    Pointer.trimMemory();
  }

  /** Called between batches; does something only when the process has grown since it last did. */
  public void settle() {
    if (ProcessMemory.now().resident() > GROWTH * settled + SLACK) {
      Pointer.trimMemory();
      settled = ProcessMemory.now().resident();
    }
  }
}
