package org.cofitune.engine.ranks;

import java.util.Optional;
import java.util.function.Supplier;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.cofitune.engine.EngineOptions;

/** A process without others: what it has is what all have. */
final class SingleProcess implements ProcessGroup {
  @Override
  public int rank() {
    return 0;
  }

  @Override
  public int size() {
    return 1;
  }

  @Override
  public EngineOptions placed(EngineOptions options) {
    return options;
  }

  @Override
  public double[] sum(double... values) {
    return values.clone();
  }

  @Override
  public long least(long value) {
    return value;
  }

  @Override
  public double[] numbersOf(int rank, double[] numbers) {
    return numbers.clone();
  }

  @Override
  public String textOf(int rank, String text) {
    return text;
  }

  @Override
  public Pending sumInto(int rank, Tensor tensor) {
    return Pending.NONE;
  }

  @Override
  public Pending copyOf(int rank, Tensor tensor) {
    return Pending.NONE;
  }

  @Override
  public Pending gather(Tensor own, Tensor all) {
    try (NoGradGuard noGrad = new NoGradGuard()) {
      all.copy_(own);
    }
    return Pending.NONE;
  }

  @Override
  public void send(Tensor tensor, int to) {
    throw new IllegalStateException("no process " + to);
  }

  @Override
  public void receive(Tensor tensor, int from) {
    throw new IllegalStateException("no process " + from);
  }

  @Override
  public <T> T together(Supplier<T> work) {
    return work.get();
  }

  @Override
  public <T> T during(Supplier<T> work) {
    return work.get();
  }

  @Override
  public Optional<Loss> lost() {
    return Optional.empty();
  }

  @Override
  public void finish() {}

  @Override
  public void close() {}
}
