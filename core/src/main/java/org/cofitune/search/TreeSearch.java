package org.cofitune.search;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.cofitune.engine.ranks.ProcessGroup;
import org.cofitune.model.ModelConfig;
import org.cofitune.model.ParameterNames;
import org.cofitune.model.Region;
import org.cofitune.model.RegionParser;
import org.jspecify.annotations.Nullable;

/**
 * Walks the tree from the root: at each level every child of the beam is tried, and the best by uni
 * are followed if they beat their parent, or come within the tolerance with fewer parameters. The
 * search ends where no child does.
 *
 * <p>With halving, children are looked at early, and only the better ones get the full budget. A
 * search that was killed goes on from its store: finished trials are not run again.
 */
public final class TreeSearch {
  private static final double NANOS = 1e-9;

  private final ModelConfig model;
  private final SearchSettings settings;
  private final TrialRunner runner;
  private final TrialStore store;
  private final String setting;
  private final @Nullable Forecast forecast;
  private final SearchListener listener;
  private final RegionTree tree;
  private final SearchPace pace;
  private final List<Trial> trials = new ArrayList<>();
  private final Map<String, Integer> reached = new LinkedHashMap<>();
  private SharedTrials shared = new SharedTrials(ProcessGroup.alone());
  private int stepsSaved;

  /** A node that is followed, with its score. */
  private record Node(Candidate candidate, Trial trial) {}

  /**
   * A search.
   *
   * @param setting fingerprint of what scores depend on beside region and steps
   * @param forecast orders the candidates of a level; null for the order of the tree
   */
  public TreeSearch(
      ModelConfig model,
      SearchSettings settings,
      TrialRunner runner,
      TrialStore store,
      String setting,
      @Nullable Forecast forecast,
      SearchListener listener) {
    this.model = model;
    this.settings = settings;
    this.runner = runner;
    this.store = store;
    this.setting = setting;
    this.forecast = settings.forecast() ? forecast : null;
    this.listener = listener;
    this.tree = new RegionTree(model.numHiddenLayers(), settings.levels());
    this.pace = new SearchPace(tree, settings);
  }

  /** The same search, with trials that several processes run in turns. */
  public TreeSearch sharedWith(ProcessGroup group) {
    shared = new SharedTrials(group);
    return this;
  }

  /**
   * Searches.
   *
   * @param seed of the random control
   */
  public SearchResult search(long seed) {
    Candidate root = tree.root();
    runShared(List.of(root.region()), settings.maxSteps());
    List<Node> beam =
        List.of(new Node(root, trial(root.region(), 0, Trial.Role.NODE, settings.maxSteps())));
    Node best = beam.get(0);
    while (!beam.isEmpty()) {
      beam = level(beam);
      best = better(beam, best);
    }
    pace.treeIsDone();
    if (settings.controls()) {
      runControls(best.candidate().region(), seed);
    }
    SearchResult result =
        new SearchResult(
            best.candidate().name(),
            best.trial().score(),
            trials,
            forecastAgreement(),
            reached.values().stream().mapToInt(Integer::intValue).sum(),
            stepsSaved);
    listener.on(new SearchEvent.SearchFinished(result));
    return result;
  }

  /**
   * The best node of a level where it improves on the best so far; a beam's later nodes may not.
   */
  private Node better(List<Node> level, Node best) {
    return level.stream().filter(node -> improves(node, best)).findFirst().orElse(best);
  }

  /** Tries the children of a beam and returns those that are followed, the best first. */
  private List<Node> level(List<Node> beam) {
    Map<Region, Candidate> children = new LinkedHashMap<>();
    Map<Region, Node> parents = new LinkedHashMap<>();
    for (Node node : beam) {
      for (Candidate child : tree.children(node.candidate())) {
        children.putIfAbsent(child.region(), child);
        parents.putIfAbsent(child.region(), node);
      }
    }
    if (children.isEmpty()) {
      return List.of();
    }
    List<Candidate> order = ordered(List.copyOf(children.values()));
    int level = order.get(0).level();
    pace.levelStarts(order);
    listener.on(
        new SearchEvent.LevelStarted(
            level,
            beam.stream().map(node -> node.candidate().name()).toList(),
            order.stream().map(Candidate::name).toList()));
    List<Node> followed =
        tried(order).stream()
            .filter(child -> improves(child, parents.get(child.candidate().region())))
            .sorted(Comparator.comparingDouble((Node child) -> -child.trial().score().uni()))
            .limit(settings.beam())
            .toList();
    listener.on(
        new SearchEvent.LevelFinished(
            level, followed.stream().map(node -> node.candidate().name()).toList()));
    return followed;
  }

  private List<Candidate> ordered(List<Candidate> candidates) {
    Forecast known = forecast;
    if (known == null) {
      return candidates;
    }
    Map<Candidate, Double> promises = new HashMap<>();
    double[] numbers =
        shared.agreed(candidates.stream().mapToDouble(c -> known.promise(c.region())).toArray());
    for (int i = 0; i < numbers.length; i++) {
      promises.put(candidates.get(i), numbers[i]);
    }
    return candidates.stream()
        .sorted(Comparator.comparingDouble(candidate -> -promises.get(candidate)))
        .toList();
  }

  /** Runs candidates up to the full budget, dropping the worse ones at every early look. */
  private List<Node> tried(List<Candidate> candidates) {
    List<Candidate> running = candidates;
    List<Node> scored = List.of();
    List<Integer> rungs = settings.rungs();
    for (int rung = 0; rung < rungs.size(); rung++) {
      boolean last = rung == rungs.size() - 1;
      if (!last && running.size() <= settings.beam()) {
        continue; // nothing to drop, so nothing to look at
      }
      int steps = rungs.get(rung);
      runShared(running.stream().map(Candidate::region).toList(), steps);
      scored = new ArrayList<>();
      for (Candidate candidate : running) {
        scored.add(
            new Node(
                candidate, trial(candidate.region(), candidate.level(), Trial.Role.NODE, steps)));
      }
      if (!last) {
        running = survivors(scored);
      }
    }
    return scored;
  }

  private List<Candidate> survivors(List<Node> scored) {
    List<Node> ranked =
        scored.stream()
            .sorted(Comparator.comparingDouble((Node node) -> -node.trial().score().uni()))
            .toList();
    int kept = settings.survivorsOf(ranked.size());
    for (Node dropped : ranked.subList(kept, ranked.size())) {
      int saved = settings.maxSteps() - dropped.trial().steps();
      stepsSaved += saved;
      listener.on(new SearchEvent.TrialStopped(dropped.trial(), saved));
      shared.release(dropped.candidate().region(), runner);
    }
    return ranked.subList(0, kept).stream().map(Node::candidate).toList();
  }

  private boolean improves(Node child, Node parent) {
    double gain = child.trial().score().uni() - parent.trial().score().uni();
    boolean smaller = child.trial().parameters() < parent.trial().parameters();
    return gain > 0 || (smaller && gain >= -settings.tolerance());
  }

  private void runControls(Region chosen, long seed) {
    Region random = RandomRegion.like(chosen, model, seed);
    Region whole = new Region.WholeModel();
    int steps = settings.maxSteps();
    runShared(List.of(random, whole), steps);
    trial(random, Trial.NO_LEVEL, Trial.Role.RANDOM_CONTROL, steps);
    trial(whole, Trial.NO_LEVEL, Trial.Role.WHOLE_MODEL_CONTROL, steps);
  }

  /** Where there are other processes, each runs some of the trials that are not on record yet. */
  private void runShared(List<Region> regions, int steps) {
    shared.run(
        regions.stream()
            .filter(region -> store.find(setting, region.text(), steps).isEmpty())
            .toList(),
        steps,
        runner);
  }

  private Trial trial(Region region, int level, Trial.Role role, int steps) {
    Optional<Trial> found = store.find(setting, region.text(), steps);
    int before = reached.getOrDefault(region.text(), 0);
    int more = Math.max(0, steps - before);
    double seconds = 0;
    Trial trial;
    if (found.isPresent()) {
      trial = found.get().as(level, role);
      pace.known(more);
    } else {
      long parameters = ParameterNames.count(region.parameters(model));
      listener.on(new SearchEvent.TrialStarted(region.text(), level, role, steps, parameters));
      long start = System.nanoTime();
      Optional<SharedTrials.Done> done = shared.take(region);
      TrialScore score =
          done.map(SharedTrials.Done::score).orElseGet(() -> runner.run(region, steps));
      seconds =
          done.map(SharedTrials.Done::seconds).orElseGet(() -> (System.nanoTime() - start) * NANOS);
      trial = new Trial(setting, region.text(), level, role, steps, parameters, score);
      store.add(trial);
      pace.run(more, seconds);
    }
    reached.merge(region.text(), steps, Math::max);
    trials.add(trial);
    if (steps == settings.maxSteps()) {
      shared.release(region, runner);
    }
    listener.on(
        new SearchEvent.TrialFinished(trial, found.isPresent(), seconds, pace.secondsLeft()));
    return trial;
  }

  private OptionalDouble forecastAgreement() {
    Forecast known = forecast;
    if (known == null) {
      return OptionalDouble.empty();
    }
    List<Trial> full =
        trials.stream()
            .filter(t -> t.role() == Trial.Role.NODE && t.steps() == settings.maxSteps())
            .toList();
    double[] promised =
        full.stream()
            .mapToDouble(
                t -> known.promise(RegionParser.parse(t.region(), model.numHiddenLayers())))
            .toArray();
    double[] found = full.stream().mapToDouble(t -> t.score().uni()).toArray();
    return RankCorrelation.spearman(promised, found);
  }
}
