package org.cofitune.engine.ranks;

import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.function.Consumer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.javacpp.SizeTPointer;
import org.bytedeco.javacpp.chrono.Milliseconds;
import org.bytedeco.pytorch.Backend;
import org.bytedeco.pytorch.FileStore;
import org.bytedeco.pytorch.GlooDeviceVector;
import org.bytedeco.pytorch.ProcessGroupGloo;
import org.bytedeco.pytorch.Store;
import org.bytedeco.pytorch.TCPStore;
import org.bytedeco.pytorch.TCPStoreOptions;
import org.bytedeco.pytorch.nccl.ProcessGroupNCCL;
import org.cofitune.engine.Engine;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;

/** Connects the processes of a run: Gloo between CPUs, NCCL between GPUs. */
public final class ProcessGroups {
  /** How long the processes of a run wait for each other to start. */
  public static final Duration JOIN = Duration.ofMinutes(5);

  /** How long a process may be silent until the others take it for lost. */
  public static final Duration SILENCE = Duration.ofSeconds(15);

  /** A lost process is found out by {@link RankWatch}; slow ones may take what they need. */
  private static final Duration OPERATION = Duration.ofDays(7);

  private static final String WATCH_KEY = "cofitune/watch";
  private static final String LOOPBACK = "127.0.0.1";
  private static final int TOKEN_BITS = 128;

  private ProcessGroups() {}

  /**
   * Joins the processes of a run; returns when all are there.
   *
   * @param engine started with the options that {@link RankLayout#placed} gives
   * @param silence after which a process is lost, {@link #SILENCE}
   * @param onLoss told of the first process that is lost, on another thread: this process may hang
   *     in an operation that never ends
   * @throws CofituneException of kind TRAINING if the others do not come
   */
  public static ProcessGroup join(
      RankLayout layout, Engine engine, Duration silence, Consumer<Loss> onLoss) {
    try (PointerScope scope = new PointerScope()) {
      Store store = store(layout);
      RankWatch watch = watch(layout, store, silence);
      watch.onLoss(onLoss);
      Backend backend =
          engine.device().is_cuda()
              ? new ProcessGroupNCCL(store, layout.rank(), layout.size())
              : new ProcessGroupGloo(store, layout.rank(), layout.size(), gloo(layout));
      backend.retainReference();
      store.retainReference();
      return new ConnectedProcess(layout, backend, engine.device(), watch, silence, store);
    } catch (IOException | RuntimeException e) {
      throw CofituneException.of(ErrorKind.TRAINING, "the processes of the run cannot connect")
          .at("rank " + layout.rank() + " of " + layout.size())
          .expected(layout.size() + " processes at " + layout.rendezvous())
          .found(String.valueOf(e.getMessage()).lines().findFirst().orElse("no answer"))
          .next("start all of them within " + JOIN.toMinutes() + " minutes, with one address")
          .see("a-rank-was-lost")
          .cause(e)
          .build();
    }
  }

  private static Store store(RankLayout layout) {
    Milliseconds patience = new Milliseconds(JOIN.toMillis());
    if (layout.rendezvous() instanceof Rendezvous.Port port) {
      TCPStoreOptions options =
          new TCPStoreOptions()
              .port((short) port.port())
              .isServer(layout.rank() == 0)
              .numWorkers(new SizeTPointer(1).put(layout.size()))
              .waitWorkers(true)
              .useLibUV(false)
              .timeout(patience);
      return new TCPStore(port.host(), options);
    }
    Rendezvous.PrivateFile file = (Rendezvous.PrivateFile) layout.rendezvous();
    Store store = new FileStore(file.path().toString(), layout.size());
    store.setTimeout(patience);
    return store;
  }

  private static RankWatch watch(RankLayout layout, Store store, Duration silence)
      throws IOException {
    if (layout.rank() == 0) {
      String token = new BigInteger(TOKEN_BITS, new SecureRandom()).toString(36);
      InetAddress address = layout.rendezvous().isLocal() ? InetAddress.getLoopbackAddress() : null;
      RankWatch watch = RankWatch.first(address, layout.size(), token, silence);
      store.set(WATCH_KEY, watch.port() + " " + token);
      return watch;
    }
    String[] place = store.get_to_str(WATCH_KEY).split(" ", 2);
    String host = layout.rendezvous() instanceof Rendezvous.Port port ? port.host() : LOOPBACK;
    return RankWatch.other(layout.rank(), host, Integer.parseInt(place[0]), place[1], silence);
  }

  private static ProcessGroupGloo.Options gloo(RankLayout layout) {
    ProcessGroupGloo.Options options =
        ProcessGroupGloo.Options.create(new Milliseconds(OPERATION.toMillis()));
    options.devices(
        new GlooDeviceVector(
            layout.rendezvous().isLocal()
                ? ProcessGroupGloo.createDeviceForHostname(LOOPBACK)
                : ProcessGroupGloo.createDefaultDevice()));
    return options;
  }
}
