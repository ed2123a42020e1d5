package org.cofitune.engine.ranks;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AllreduceOptions;
import org.bytedeco.pytorch.Backend;
import org.bytedeco.pytorch.BroadcastOptions;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.ReduceOp;
import org.bytedeco.pytorch.ReduceOptions;
import org.bytedeco.pytorch.Store;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.Work;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.cofitune.engine.EngineOptions;
import org.cofitune.engine.HostTensors;
import org.cofitune.error.CofituneException;
import org.jspecify.annotations.Nullable;

/** One of several processes, connected by libtorch's collectives. */
final class ConnectedProcess implements ProcessGroup {
  /** Added to the silence after which a process is lost, before its loss must have arrived. */
  private static final Duration MARGIN = Duration.ofSeconds(5);

  private static final int TAG = 0;

  private final RankLayout layout;
  private final Backend backend;
  private final Device device;
  private final RankWatch watch;
  private final Duration silence;
  private final Store store;
  private final Set<Work> open = Collections.newSetFromMap(new IdentityHashMap<>());
  private boolean finished;
  private @Nullable Loss told;

  ConnectedProcess(
      RankLayout layout,
      Backend backend,
      Device device,
      RankWatch watch,
      Duration silence,
      Store store) {
    this.layout = layout;
    this.backend = backend;
    this.device = device;
    this.watch = watch;
    this.silence = silence;
    this.store = store;
  }

  @Override
  public int rank() {
    return layout.rank();
  }

  @Override
  public int size() {
    return layout.size();
  }

  @Override
  public EngineOptions placed(EngineOptions options) {
    return layout.placed(options);
  }

  @Override
  public double[] sum(double... values) {
    try (PointerScope scope = new PointerScope()) {
      Tensor all = HostTensors.ofDoubles(values).to(device, ScalarType.Double);
      reduceAll(all, ReduceOp.RedOpType.SUM);
      return HostTensors.toDoubles(all);
    }
  }

  @Override
  public long least(long value) {
    try (PointerScope scope = new PointerScope()) {
      Tensor all = HostTensors.ofLongs(new long[] {value}).to(device, ScalarType.Long);
      reduceAll(all, ReduceOp.RedOpType.MIN);
      return HostTensors.toLongs(all)[0];
    }
  }

  private void reduceAll(Tensor tensor, ReduceOp.RedOpType operation) {
    AllreduceOptions options = new AllreduceOptions().reduceOp(new ReduceOp(operation));
    guarded(() -> started(backend.allreduce(new TensorVector(tensor), options))).await();
  }

  @Override
  public double[] numbersOf(int rank, double[] numbers) {
    try (PointerScope scope = new PointerScope()) {
      Tensor values = HostTensors.ofDoubles(numbers).to(device, ScalarType.Double);
      copyOf(rank, values).await();
      return HostTensors.toDoubles(values);
    }
  }

  @Override
  public String textOf(int rank, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    try (PointerScope scope = new PointerScope()) {
      Tensor length = HostTensors.ofLongs(new long[] {bytes.length}).to(device, ScalarType.Long);
      copyOf(rank, length).await();
      byte[] all = Arrays.copyOf(bytes, Math.toIntExact(HostTensors.toLongs(length)[0]));
      if (all.length == 0) {
        return "";
      }
      Tensor content = Tensor.create(all, false, all.length).to(device, ScalarType.Byte);
      copyOf(rank, content).await();
      new BytePointer(content.cpu().data_ptr_byte()).get(all);
      return new String(all, StandardCharsets.UTF_8);
    }
  }

  @Override
  public Pending sumInto(int rank, Tensor tensor) {
    try (PointerScope scope = new PointerScope()) {
      ReduceOptions options =
          new ReduceOptions().reduceOp(new ReduceOp(ReduceOp.RedOpType.SUM)).rootRank(rank);
      return guarded(() -> started(backend.reduce(new TensorVector(tensor), options)));
    }
  }

  @Override
  public Pending copyOf(int rank, Tensor tensor) {
    try (PointerScope scope = new PointerScope()) {
      BroadcastOptions options = new BroadcastOptions().rootRank(rank);
      return guarded(() -> started(backend.broadcast(new TensorVector(tensor), options)));
    }
  }

  @Override
  public Pending gather(Tensor own, Tensor all) {
    try (PointerScope scope = new PointerScope()) {
      return guarded(() -> started(backend._allgather_base(all, own)));
    }
  }

  @Override
  public void send(Tensor tensor, int to) {
    try (PointerScope scope = new PointerScope()) {
      guarded(() -> started(backend.send(new TensorVector(tensor), to, TAG))).await();
    }
  }

  @Override
  public void receive(Tensor tensor, int from) {
    try (PointerScope scope = new PointerScope()) {
      guarded(() -> started(backend.recv(new TensorVector(tensor), from, TAG))).await();
    }
  }

  /** Keeps the operation alive until it is waited for, whatever scope is open now. */
  private Pending started(Work work) {
    Work kept = work.retainReference();
    open.add(kept);
    return () -> {
      try {
        guarded(kept::_wait);
      } finally {
        open.remove(kept);
        kept.close();
      }
    };
  }

  /** Where a process is lost, the engine only says that a connection is closed. */
  private <T> T guarded(Supplier<T> operation) {
    try {
      return operation.get();
    } catch (RuntimeException e) {
      throw lossBehind(e);
    }
  }

  private RuntimeException lossBehind(RuntimeException failure) {
    try {
      return watch
          .awaitLoss(silence.plus(MARGIN))
          .<RuntimeException>map(
              loss -> {
                CofituneException told = loss.exception();
                told.addSuppressed(failure);
                return told;
              })
          .orElse(failure);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return failure;
    }
  }

  @Override
  public <T> T together(Supplier<T> work) {
    T result = null;
    RuntimeException own = null;
    try {
      result = work.get();
    } catch (RuntimeException e) {
      own = e;
    }
    int failed = Math.toIntExact(least(own == null ? size() : rank()));
    if (failed < size()) {
      String message = textOf(failed, own == null ? "" : String.valueOf(own.getMessage()));
      finished = true; // all know, nobody is lost
      watch.leave();
      told = Loss.failed(failed, message);
      throw own != null ? own : told.exception();
    }
    return result;
  }

  @Override
  public <T> T during(Supplier<T> work) {
    try {
      return work.get();
    } catch (RuntimeException | Error e) {
      watch.fail(String.valueOf(e.getMessage()));
      finished = true; // all know
      throw e;
    }
  }

  @Override
  public Optional<Loss> lost() {
    return Optional.ofNullable(told).or(watch::known).filter(loss -> loss.rank() != rank());
  }

  @Override
  public void finish() {
    least(0);
    finished = true;
    watch.leave();
  }

  /** Ends this process's part; the others take it for lost unless the run's work is finished. */
  @Override
  public void close() {
    if (!finished) {
      watch.fail("its part of the run ended early");
    }
    watch.close();
    open.forEach(Work::close); // after the backend, freeing one corrupts the native heap
    backend.close();
    store.close();
  }
}
