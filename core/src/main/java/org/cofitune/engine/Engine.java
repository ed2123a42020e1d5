package org.cofitune.engine;

import java.io.IOException;
import java.util.OptionalLong;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;
import org.bytedeco.pytorch.global.torch_cuda;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * libtorch, loaded and set up: device, threads, seed, matrix library. Everything that touches a
 * tensor asks for an engine first, so that no command loads half a gigabyte of libraries unless it
 * computes.
 *
 * <pre>{@code
 * Engine engine = Engine.start(EngineOptions.defaults());
 * Tensor x = HostTensors.ofLongs(ids).to(engine.device(), ScalarType.Long);
 * }</pre>
 */
public final class Engine {
  private static final Logger log = LoggerFactory.getLogger(Engine.class);

  private final Device device;
  private final int threads;
  private final Blas blas;

  private Engine(Device device, int threads, Blas blas) {
    this.device = device;
    this.threads = threads;
    this.blas = blas;
  }

  /**
   * Loads the native libraries on the first call of the process, then sets threads and seed.
   *
   * @throws CofituneException if the libraries cannot be loaded, or the device does not exist
   */
  public static Engine start(EngineOptions options) {
    Blas blas = NativeLibraries.ensureLoaded();
    int threads =
        options.threads() == 0 ? Runtime.getRuntime().availableProcessors() : options.threads();
    torch.set_num_threads(threads);
    torch.manual_seed(options.seed());
    Device device = resolve(options.device());
    log.info(
        "engine: {} on {}, {} threads, {} ({})",
        libtorchVersion(),
        device.str().getString(),
        threads,
        blas.name(),
        blas.reason());
    return new Engine(device, threads, blas);
  }

  public Device device() {
    return device;
  }

  /** The device as libtorch names it: {@code cpu}, {@code cuda:0}. */
  public String deviceName() {
    return device.str().getString();
  }

  /** Bytes of the device's own memory; empty for the CPU, whose memory is the machine's. */
  public OptionalLong deviceMemory() {
    return device.is_cuda()
        ? OptionalLong.of(torch_cuda.getDeviceProperties(device.index()).totalGlobalMem())
        : OptionalLong.empty();
  }

  /** CPU threads that one operator may use. */
  public int threads() {
    return threads;
  }

  /** The CPU matrix library in use, and why. */
  public Blas blas() {
    return blas;
  }

  /** The arithmetic that is fastest here for weights stored in bfloat16, found by measuring. */
  public Precision fastestForBfloat16() {
    return PrecisionChoice.measure(device);
  }

  /** The version of libtorch and of its Java presets. */
  public static String libtorchVersion() {
    try {
      return "libtorch " + Loader.getVersion("org.bytedeco", "pytorch");
    } catch (IOException e) {
      return "libtorch of unknown version";
    }
  }

  private static Device resolve(String name) {
    boolean cuda = torch.cuda_is_available();
    if (name.equals("cpu") || (name.equals("auto") && !cuda)) {
      return kept(new Device(DeviceType.CPU));
    }
    int index = name.contains(":") ? Integer.parseInt(name.substring(name.indexOf(':') + 1)) : 0;
    long count = cuda ? torch.cuda_device_count() : 0;
    if (index >= count) {
      throw CofituneException.of(ErrorKind.RECIPE, "no such device")
          .at("device " + name)
          .expected("one of cpu" + (count > 0 ? ", cuda:0 ... cuda:" + (count - 1) : ""))
          .found(count + " CUDA devices")
          .next("run: cofitune doctor")
          .build();
    }
    return kept(new Device(DeviceType.CUDA, (byte) index));
  }

  /** A device outlives every scope that may be open while the engine starts. */
  private static Device kept(Device device) {
    return device.retainReference();
  }
}
