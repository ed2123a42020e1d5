// What a run's events come to: curves of the training, nodes of the search.

const MOST_STEPS = 6000;

/** Collects events in the order that they happened. */
export class Curves {
  constructor() {
    this.clear();
  }

  clear() {
    this.steps = [];
    this.evals = [];
    this.started = null;
    this.finished = null;
    this.notes = [];
    this.search = new Search();
  }

  add(events) {
    for (const event of events) this.one(event);
    if (this.steps.length > MOST_STEPS) {
      this.steps = this.steps.filter((_, i) => i % 2 === 0 || i === this.steps.length - 1);
    }
  }

  one(event) {
    switch (event.event) {
      case 'train_start':
        this.steps = [];
        this.evals = [];
        this.finished = null;
        this.started = event;
        break;
      case 'step': this.steps.push(event); break;
      case 'eval': this.evals.push(event); break;
      case 'train_end': this.finished = event; break;
      case 'step_skipped': case 'loss_spike': case 'early_stop': case 'interrupted':
        this.notes.push(event);
        break;
      default: this.search.one(event);
    }
  }

  get last() {
    return this.steps[this.steps.length - 1];
  }

  /** The lowest held-out loss. */
  get best() {
    return this.evals.reduce((a, b) => (a && a.eval_loss <= b.eval_loss ? a : b), null);
  }

  /** Points of a curve over steps. */
  points(value) {
    return this.steps.map((step) => [step.step, value(step)]).filter(([, y]) => Number.isFinite(y));
  }

  /** The training loss, each step with the steps before it in a mean that forgets. */
  smooth() {
    const keep = 1 - 1 / Math.max(1, Math.min(20, this.steps.length / 40));
    let sum = 0;
    let weight = 0;
    return this.points((s) => s.loss).map(([step, loss]) => {
      sum = keep * sum + loss;
      weight = keep * weight + 1;
      return [step, sum / weight];
    });
  }
}

/** The tree of a search and its controls. */
export class Search {
  constructor() {
    this.clear(null);
  }

  clear(base) {
    this.base = base;
    this.nodes = new Map();
    this.controls = new Map();
    this.chosen = null;
    this.saved = 0;
    this.left = null;
  }

  get isEmpty() {
    return !this.base && this.nodes.size === 0;
  }

  one(event) {
    switch (event.event) {
      case 'base_score':
        if (this.base?.setting !== event.setting) this.clear(event);
        break;
      case 'level_start':
        event.candidates.forEach((region) =>
          this.node({ region, level: event.level }).parents = event.parents);
        break;
      case 'trial_start':
        this.trial(event).status = 'training';
        break;
      case 'trial_end':
        Object.assign(this.trial(event), scores(event), { status: 'scored' });
        this.left = event.seconds_left;
        break;
      case 'trial_dropped':
        Object.assign(this.trial(event), { status: 'dropped' });
        this.saved += event.steps_saved ?? 0;
        break;
      case 'level_end':
        event.followed.forEach((region) => { this.node({ region, level: event.level }).followed = true; });
        break;
      case 'search_end':
        this.chosen = event.chosen;
        break;
      default:
    }
  }

  trial(event) {
    return event.role === 'NODE' || !event.role ? this.node(event) : this.control(event);
  }

  node({ region, level }) {
    if (!this.nodes.has(region)) {
      this.nodes.set(region, { region, level, status: 'waiting', parents: [], followed: false });
    }
    return this.nodes.get(region);
  }

  control({ region, role }) {
    const key = `${role} ${region}`;
    if (!this.controls.has(key)) this.controls.set(key, { region, role, level: 0, status: 'waiting' });
    return this.controls.get(key);
  }

  /** Nodes with a score, and the controls. */
  get scored() {
    return [...this.nodes.values(), ...this.controls.values()].filter((n) => Number.isFinite(n.uni));
  }

  /** Nodes in the order of the tree, each with its depth below the first. */
  walk() {
    const all = [...this.nodes.values()];
    const below = new Map(all.map((node) => [node.region, []]));
    const roots = [];
    for (const node of all) {
      const parent = all.find((other) => other.level === node.level - 1 &&
        node.parents.includes(other.region) && contains(other.region, node.region))
        ?? all.find((other) => other.level === node.level - 1 && contains(other.region, node.region));
      (parent ? below.get(parent.region) : roots).push(node);
    }
    const walked = [];
    const visit = (node, depth) => {
      walked.push({ ...node, depth });
      below.get(node.region).forEach((child) => visit(child, depth + 1));
    };
    roots.forEach((root) => visit(root, 0));
    return walked;
  }
}

function scores(event) {
  const { speciality, versatility, uni, steps, parameters } = event;
  return { speciality, versatility, uni, steps, parameters };
}

/** Whether a region has all of another in it. */
function contains(outer, inner) {
  const a = parsed(outer);
  const b = parsed(inner);
  return Boolean(a && b) && a.from <= b.from && a.to >= b.to && b.modules.every((m) => a.modules.includes(m));
}

function parsed(text) {
  const parts = /^(\d+)-(\d+):(.+)$/.exec(text);
  return parts && { from: Number(parts[1]), to: Number(parts[2]), modules: parts[3].split(',') };
}
