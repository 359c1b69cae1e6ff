"""The cases of `compare-programs`: what both programs train, and which parts of it must be equal.

A case is deterministic: it has one worker, a deterministic scheme, or virtual workers. Its name
begins with its group; the parts are those of outcomes.py. Only options that all versions of the
program know are used.
"""

from dataclasses import dataclass

LINEAR = ("logistic", "hinge", "squared_hinge", "squared", "huber", "softmax")
OBJECTIVES = (*LINEAR, "mlp")
CLASSIFIERS = ("logistic", "hinge", "squared_hinge", "softmax", "mlp")
ROWS = ("sparse", "dense")
ASYNCHRONOUS = ("hogwild", "atomic", "locked", "striped", "leashed", "hogbatch", "replicas")
LATE = ("hogwild", "atomic", "locked", "leashed", "hogbatch")
DELAYS = ("none", "constant", "uniform", "exponential", "slices:2,50", "trace:trace")
RULES = ("sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam")

SEQUENTIAL = ("--scheme", "sequential")
TOGETHER = ("--scheme", "synchronous", "--threads", "2")
STRONG = ("--l2", "40")  # the weights' scale falls below e^-16, and is folded, within an epoch
MANY_BARRIERS = ("synchronous,2,batch=1", "synchronous,3,batch=5")  # slow
L1 = ("--l1", "0.001")
STRONG_UNDER_RULES = ("--l2", "200")
RULE_STEP = "0.003"  # for rules, of which some make updates as long as their step


@dataclass(frozen=True)
class Case:
    name: str
    data: str
    options: tuple
    parts: tuple = ("model",)
    command: str = "train"
    interrupted: bool = False


def problem(objective, rows):
    """(data, options) of a small training problem, at a step that suits batches of any size."""
    sparse = rows == "sparse"
    if objective in ("squared", "huber"):
        data = "quantities.svm" if sparse else "quantities.csv"
    elif objective in ("softmax", "mlp"):
        data = "kinds.svm" if sparse else "digits.csv"
    else:
        data = "zipf.svm" if sparse else "halves.csv"
    options = ("--objective", objective, "--epochs", "3", "--step", "0.1" if sparse else "0.02")
    options += () if sparse else ("--normalize", "minmax")
    options += ("--layers", "24,16") if objective == "mlp" else ()
    return data, options


def virtual(scheme, threads=7, delay="exponential"):
    return ("--scheme", scheme, "--executor", "virtual", "--threads", str(threads), "--delay", delay)


def changed(options, name, value):
    """The options with another value of one of them."""
    at = options.index(name)
    return (*options[:at + 1], value, *options[at + 2:])


def without(options, name):
    """The options without one of them and its value."""
    at = options.index(name)
    return (*options[:at], *options[at + 2:])


def serial():
    """All objectives under the schemes that are deterministic with threads."""
    ways = {"sequential,batch=1": (*SEQUENTIAL, "--batch", "1"), "sequential,batch=16": (*SEQUENTIAL, "--batch", "16"),
            "synchronous,1,batch=16": ("--scheme", "synchronous", "--threads", "1", "--batch", "16"),
            "synchronous,2,batch=1": (*TOGETHER, "--batch", "1"), "synchronous,2,batch=16": (*TOGETHER, "--batch", "16"),
            "synchronous,3,batch=5": ("--scheme", "synchronous", "--threads", "3", "--batch", "5")}
    for objective in OBJECTIVES:
        for rows in ROWS:
            data, options = problem(objective, rows)
            more = {"l2=weak": (), "l2=none": ("--l2", "0"), "l2=strong": STRONG, "l1": L1, "l1,l2=strong": (*L1, *STRONG),
                    "l2=0.01,test": ("--l2", "0.01", "--test", data)}
            if objective in LINEAR:
                more |= {"bias": ("--bias",), "bias,l1": ("--bias", *L1), "bias,l2=strong": ("--bias", *STRONG)}
            if objective in CLASSIFIERS:
                more |= {"weights=balanced": ("--class-weight", "balanced")}
            for how, given in ways.items():
                for what, added in more.items():
                    if how in MANY_BARRIERS and what not in ("l2=weak", "l2=strong", "bias,l1"):
                        continue
                    parts = ("model", "values") if what in ("l2=weak", "l2=0.01,test") else ("model",)
                    yield Case(f"serial/{objective}/{rows}/{how}/{what}", data, (*options, *given, *added), parts)


def one_worker():
    """All schemes with one thread."""
    for objective, rows in (("logistic", "sparse"), ("softmax", "dense"), ("mlp", "sparse"), ("mlp", "dense")):
        data, options = problem(objective, rows)
        for scheme in ("sequential", *ASYNCHRONOUS, "round_robin", "synchronous"):
            for batch in ("1", "8"):
                for what, added in (("threads", ()), ("inline", ("--executor", "inline")), ("l1,l2=strong", (*L1, *STRONG))):
                    threads = () if what == "inline" or scheme == "sequential" else ("--threads", "1")
                    given = ("--scheme", scheme, *threads, "--batch", batch, *added)
                    yield Case(f"one/{objective}/{rows}/{scheme},batch={batch}/{what}", data, (*options, *given))


def plans():
    """Schedules, seeds, rows held back, early stopping, normalization, a larger model."""
    data, options = problem("logistic", "sparse")
    for how, given in (("sequential", SEQUENTIAL), ("synchronous", TOGETHER), ("virtual", virtual("hogwild"))):
        for schedule in ("linear", "inverse_linear", "constant", "inverse_time", "inverse_sqrt", "epoch_decay"):
            yield Case(f"plan/{how}/schedule={schedule}", data, (*options, *given, "--schedule", schedule), ("model", "values"))
        for what, added in (("decay", ("--schedule", "inverse_time", "--decay", "0.1")), ("seed", ("--seed", "7")),
                            ("validation", ("--validation", "0.2")), ("repeat", ("--repeat", "2")), ("index-base", ("--index-base", "0")),
                            ("weights", ("--class-weight", "-1:2,1:0.5")), ("unit", ("--normalize", "unit"))):
            yield Case(f"plan/{how}/{what}", data, (*options, *given, *added), ("model", "values"))
        stopping = ("--schedule", "inverse_sqrt", "--tolerance", "0.01", "--patience", "2")
        yield Case(f"plan/{how}/tolerance", data, (*changed(options, "--epochs", "60"), *given, *stopping), ("model", "values"))
        yield Case(f"plan/{how}/large", "large.svm", (*options, *given), ("model", "values"))
        for normalize in ("none", "unit", "standard", "minmax"):
            for dense in ("blobs.csv", "digits.csv"):
                given_step = ("--objective", "softmax", "--epochs", "3", "--step", "0.0005" if normalize == "none" else "0.02")
                yield Case(f"plan/{how}/{dense}/normalize={normalize}", dense, (*given_step, *given, "--normalize", normalize),
                           ("model", "values"))


def networks():
    for rows in ROWS:
        data, options = problem("mlp", rows)
        ways = {"sequential": SEQUENTIAL, "synchronous": TOGETHER, "virtual": virtual("hogwild"), "virtual atomic": virtual("atomic")}
        for how, given in ways.items():
            forms = {f"activation={name}": ("--activation", name) for name in ("relu", "tanh", "sigmoid", "gelu")}
            forms |= {"dropout": ("--dropout", "0.3"), "dropout,l2=strong": ("--dropout", "0.3", *STRONG),
                      "clipped": ("--clip-norm", "0.5"), "validation": ("--validation", "0.2")}
            if how.startswith("virtual"):
                forms |= {"layerwise": ("--layerwise",), "dropout,layerwise,l2=strong": ("--dropout", "0.3", "--layerwise", *STRONG)}
            for what, added in forms.items():
                yield Case(f"network/{rows}/{how}/{what}", data, (*options, *given, *added), ("model", "values"))
            yield Case(f"network/{rows}/{how}/no layers", data, (*changed(options, "--layers", "none"), *given), ("model", "values"))
            yield Case(f"network/{rows}/{how}/odd sizes", data, (*changed(options, "--layers", "7,33,5"), *given, "--batch", "13"),
                       ("model", "values"))
            for output, labels in (("logistic", "zipf.svm" if rows == "sparse" else "halves.csv"),
                                   ("squared", "quantities.svm" if rows == "sparse" else "quantities.csv")):
                yield Case(f"network/{rows}/{how}/output={output}", labels, (*options, *given, "--output", output), ("model", "values"))


def rules():
    """Update rules, with state that is shared and of each worker, and compensations of delay."""
    for rows in ROWS:
        data, options = problem("mlp", rows)
        options = changed(options, "--step", RULE_STEP)
        ways = {"sequential": SEQUENTIAL, "synchronous,1": ("--scheme", "synchronous", "--threads", "1"), "synchronous,2": TOGETHER}
        ways |= {f"virtual {scheme}": virtual(scheme) for scheme in ASYNCHRONOUS}
        for how, given in ways.items():
            for rule in RULES:
                states = ("shared", "worker")
                if rule == "sgd":
                    states = ("none",)
                elif how == "virtual replicas" and rule != "adagrad":
                    states = ("worker",)
                for state in states:
                    added = ("--rule", rule, *(("--rule-state", state) if state != "none" else ()))
                    yield Case(f"rule/{rows}/{how}/{rule},state={state}", data, (*options, *given, *added))
                    yield Case(f"rule/{rows}/{how}/{rule},state={state},clipped,l2=strong", data,
                               (*options, *given, *added, "--clip-norm", "0.5", *STRONG_UNDER_RULES))
        for scheme in ("hogwild", "atomic", "locked", "hogbatch"):
            for compensation in ("constant", "adaptive"):
                for rule in ("sgd", "momentum", "adam"):
                    for state in ("shared", "worker"):
                        added = ("--compensation", compensation, "--rule", rule)
                        added += ("--rule-state", state) if (compensation, rule) != ("constant", "sgd") else ()
                        if (compensation, rule, state) != ("constant", "sgd", "worker"):
                            yield Case(f"compensation/{rows}/virtual {scheme}/{compensation},{rule},state={state}", data,
                                       (*options, *virtual(scheme), *added))


def virtual_workers():
    exact = ("--staleness", "exact")
    data, options = problem("logistic", "sparse")
    for scheme in ASYNCHRONOUS:
        for delay in DELAYS:
            for batch in ("1", "8"):
                given = (*virtual(scheme, delay=delay), "--batch", batch)
                yield Case(f"virtual/{scheme}/delay={delay},batch={batch}", data, (*options, *given, *exact), ("model", "staleness"))
        for what, added in (("seed", ("--seed", "3")), ("large", ())):
            yield Case(f"virtual/{scheme}/{what},workers=100", "large.svm", (*options, *virtual(scheme, 100), *added, *exact),
                       ("model", "staleness"))
        for objective in OBJECTIVES:
            for rows in ROWS:
                other, problem_options = problem(objective, rows)
                forms = {"batch=1": ("--batch", "1"), "batch=8": ("--batch", "8"), "l1,l2=strong": (*L1, *STRONG),
                         "slices": ("--delay", "slices:2,50"), "exact": exact}
                if objective in LINEAR:
                    forms |= {"bias": ("--bias",)}
                if objective in CLASSIFIERS:
                    forms |= {"weights=balanced": ("--class-weight", "balanced")}
                for what, added in forms.items():
                    given = virtual(scheme) if what != "slices" else without(virtual(scheme), "--delay")
                    parts = ("model", "staleness") if what == "exact" else ("model",)
                    yield Case(f"virtual/{scheme}/{objective}/{rows}/{what}", other, (*problem_options, *given, *added), parts)
    for scheme in LATE:
        for damping in ("inverse", "bounded", "exponential", "exponential:0.9", "tail", "tail:0.5"):
            for rows, objective in (("sparse", "logistic"), ("dense", "softmax"), ("dense", "mlp")):
                other, problem_options = problem(objective, rows)
                given = (*problem_options, *virtual(scheme), "--damping", damping)
                yield Case(f"damping/{scheme}/{damping}/{objective}/{rows}", other, given, ("model", "staleness"))


def diagnosed():
    problems = [(objective, "sparse") for objective in OBJECTIVES] + [(objective, "dense") for objective in ("logistic", "softmax", "mlp")]
    for scheme in ASYNCHRONOUS:
        for objective, rows in problems:
            data, options = problem(objective, rows)
            forms = {"batch=1": ("--batch", "1"), "batch=8": ("--batch", "8")}
            if objective == "mlp":
                forms |= {"adam": ("--rule", "adam", "--rule-state", "worker")}
                if scheme not in ("striped", "replicas"):
                    forms |= {"layerwise": ("--layerwise",)}
            for what, added in forms.items():
                given = options if what != "adam" else changed(options, "--step", RULE_STEP)
                yield Case(f"diagnose/{scheme}/{objective}/{rows}/{what}", data, (*given, *virtual(scheme), "--diagnose", *added),
                           ("model", "diagnosis"))


def calibrated():
    """The step that is chosen on a sample, and what is made with it."""
    for objective in OBJECTIVES:
        for rows in ROWS:
            data, options = problem(objective, rows)
            options = changed(options, "--step", "auto")
            ways = {"sequential": SEQUENTIAL, "sequential,batch=16": (*SEQUENTIAL, "--batch", "16"), "synchronous": TOGETHER}
            ways |= {f"virtual {scheme}": virtual(scheme) for scheme in ASYNCHRONOUS}
            ways |= {"one round_robin": ("--scheme", "round_robin", "--threads", "1")}
            for how, given in ways.items():
                yield Case(f"step/{objective}/{rows}/{how}", data, (*options, *given), ("step", "model"))
            if objective in LINEAR:
                regularised = (*options, *SEQUENTIAL, "--bias", *L1, *STRONG)
                yield Case(f"step/{objective}/{rows}/bias,l1,l2=strong", data, regularised, ("step", "model"))
            else:
                for rule in RULES:
                    yield Case(f"step/{objective}/{rows}/{rule}", data, (*options, *SEQUENTIAL, "--rule", rule), ("step", "model"))
            defaults = without(without(options, "--step"), "--epochs")
            yield Case(f"step/{objective}/{rows}/defaults", data, (*defaults, *SEQUENTIAL), ("step", "model", "values"))
    yield Case("step/auto/sparse/large", "large.svm", SEQUENTIAL, ("step", "model", "values"))


def resumed():
    """Interrupted in the midst of an epoch and resumed, to the model of a run that was not."""
    data, options = "long.svm", ("--objective", "logistic", "--epochs", "80", "--step", "0.1")
    for what, added in (("plain", SEQUENTIAL), ("bias,l1,batch=3", (*SEQUENTIAL, "--bias", "--l1", "0.0001", "--batch", "3")),
                        ("l2=strong", (*SEQUENTIAL, *STRONG)), ("hogwild,1", ("--scheme", "hogwild", "--threads", "1"))):
        yield Case(f"resume/logistic/sparse/sequential/{what}", data, (*options, *added), interrupted=True)
    short = changed(options, "--epochs", "16")
    for what, added in (("plain", ()), ("batch=5,validation", ("--batch", "5", "--validation", "0.1")), ("l2=strong", STRONG)):
        yield Case(f"resume/logistic/sparse/synchronous/{what}", data, (*short, *TOGETHER, *added), interrupted=True)
    _, options = problem("softmax", "dense")
    long = changed(options, "--epochs", "400")
    yield Case("resume/softmax/dense/sequential/bias", "digits.csv", (*long, *SEQUENTIAL, "--bias"), interrupted=True)
    for rows in ROWS:
        data, options = problem("mlp", rows)
        options = changed(changed(options, "--epochs", "200" if rows == "dense" else "30"), "--step", RULE_STEP)
        for state in ("shared", "worker"):
            for how, given in (("sequential", SEQUENTIAL), ("synchronous", TOGETHER)):
                rule = ("--rule", "adam", "--rule-state", state, "--clip-norm", "1", "--dropout", "0.2")
                yield Case(f"resume/mlp/{rows}/{how}/adam,state={state}", data, (*options, *given, *rule), interrupted=True)


def other_commands():
    schemes = ",".join(("sequential", *ASYNCHRONOUS))
    comparison = ("--schemes", schemes, "--executor", "virtual", "--threads", "1,7", "--epochs", "3", "--repeat", "2")
    for what, added in (("tuned", ()), ("not tuned", ("--no-tune",)), ("diagnosed", ("--no-tune", "--diagnose"))):
        yield Case(f"compare/sparse/{what}", "zipf.svm", (*comparison, *added), ("comparison",), "compare")
    network = ("--objective", "mlp", "--layers", "16", "--no-tune", "--normalize", "minmax")
    yield Case("compare/dense/mlp", "digits.csv", (*comparison, *network), ("comparison",), "compare")
    for kind, options in (("zipf", ("--rows", "500", "--features", "900", "--seed", "5")),
                          ("blobs", ("--rows", "300", "--features", "9", "--classes", "4"))):
        yield Case(f"generate/{kind}", kind, options, ("text",), "generate")


def all_cases():
    """In the order of their groups; no two have one name."""
    return [case for group in (serial, one_worker, plans, networks, rules, virtual_workers, diagnosed, calibrated, resumed, other_commands)
            for case in group()]
