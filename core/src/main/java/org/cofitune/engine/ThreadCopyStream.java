package org.cofitune.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/** Copies on a thread of its own, where host and device are the same memory. */
final class ThreadCopyStream implements CopyStream {
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread copier = new Thread(task, "copy-stream");
            copier.setDaemon(true);
            return copier;
          });

  @Override
  public Copies begin(List<Tensor> originals) {
    Future<List<Tensor>> copies = thread.submit(() -> copy(originals));
    return () -> await(copies);
  }

  private static List<Tensor> copy(List<Tensor> originals) {
    List<Tensor> copies = new ArrayList<>();
    try (NoGradGuard noGrad = new NoGradGuard()) {
      for (Tensor original : originals) {
        copies.add(HostMemory.alikeCopyOf(original));
        original.close();
      }
    }
    return copies;
  }

  private static List<Tensor> await(Future<List<Tensor>> copies) {
    try {
      return copies.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while a layer was copied", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure; // such as libtorch's out of memory
      }
      throw new IllegalStateException("a layer could not be copied", e.getCause());
    }
  }

  @Override
  public Tensor prepared(Tensor host) {
    return new Tensor(host);
  }

  /** Waits for a copy in progress: it still reads its original. */
  @Override
  public void close() {
    thread.shutdown();
    boolean interrupted = false;
    while (!thread.isTerminated()) {
      try {
        thread.awaitTermination(1, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
