using System.Numerics;

namespace ConsulKvTools.FaultRun.Checking;

/// <summary>
/// Whether the steps on one key can be put into one order that respects real time and that Consul's rules allow (Herlihy and Wing). The search is
/// Wing and Gong's with Lowe's memory: all explanations are carried along in time together, each being the steps under way
/// that have already happened (a set of bits) and the key's state after them; equal ones are one. So its cost grows with how much is under way at
/// once, not with the length of the history.
/// </summary>
/// <remarks>
/// Steps without an end stay under way for ever. Of two explanations, one that needed fewer of them and knows no more of the key can do all
/// that the other can, so the other is dropped: unknown outcomes do not make the search explode.
/// </remarks>
internal sealed class Linearizability
{
    private readonly List<Step?> places = [];
    private readonly Stack<int> free = new();
    private readonly Dictionary<int, int> twin = [];
    private readonly Dictionary<Step, int> lastAlike = [];
    private readonly Dictionary<Step, int> placeOf = new(ReferenceEqualityComparer.Instance);
    private List<Explanation> explanations;
    private BigInteger open;
    private int mustHappen;

    private Linearizability(KeyState initial) => explanations = [new(initial, BigInteger.Zero)];

    /// <summary>Checks a history of one key.</summary>
    /// <param name="steps">All steps, in any order.</param>
    /// <param name="initial">The key at first; null is no key.</param>
    public static LinearizabilityResult Check(IReadOnlyList<Step> steps, KeyState? initial = null)
    {
        var before = initial ?? KeyState.Missing;
        var search = new Linearizability(before);
        var since = long.MinValue;
        IReadOnlyList<Step> carried = [];
        foreach (var (time, step, isEnd) in InTime(steps))
        {
            if (!isEnd)
            {
                search.Begin(step);
            }
            else if (!search.End(step))
            {
                var history = carried.Concat(steps.Where(one => one.Begin > since && one.Begin <= time)).ToList();
                return new LinearizabilityResult(step, before, SmallestHistory.Of(history, before, step));
            }
            else if (search is { mustHappen: 0, explanations: [var only] })
            {
                // Nothing is half done and one explanation is left: what came before need not be told again.
                (before, since, carried) = (only.State, time, search.NotYet(only));
            }
        }
        return LinearizabilityResult.Explained;
    }

    /// <summary>Whether there is an order at all.</summary>
    /// <param name="steps">All steps, in any order.</param>
    /// <param name="initial">The key at first.</param>
    public static bool Explains(IReadOnlyList<Step> steps, KeyState initial)
    {
        var search = new Linearizability(initial);
        foreach (var (_, step, isEnd) in InTime(steps))
        {
            if (!isEnd) search.Begin(step);
            else if (!search.End(step)) return false;
        }
        return true;
    }

    private static IEnumerable<(long Time, Step Step, bool IsEnd)> InTime(IReadOnlyList<Step> steps) => steps
        .Select(step => (Time: step.Begin, Step: step, IsEnd: false))
        .Concat(steps.Where(step => step.MustHappen).Select(step => (Time: step.End, Step: step, IsEnd: true)))
        // What ends when something else begins is taken to overlap it.
        .OrderBy(one => one.Time).ThenBy(one => one.IsEnd);

    private void Begin(Step step)
    {
        if (!free.TryPop(out var place))
        {
            place = places.Count;
            places.Add(null);
        }
        places[place] = step;
        placeOf[step] = place;
        if (step.MustHappen)
        {
            mustHappen++;
            return;
        }
        open |= BigInteger.One << place;
        // Attempts that differ in nothing but their time are the same to any explanation: only the first that is left need be tried.
        var alike = step with { Begin = 0, Who = "" };
        if (lastAlike.TryGetValue(alike, out var earlier)) twin[place] = earlier;
        lastAlike[alike] = place;
    }

    private List<Step> NotYet(Explanation explanation) =>
        placeOf.Where(one => !Has(explanation.Happened, one.Value)).Select(one => one.Key).ToList();

    /// <summary>The step is over: only explanations in which it happened by now are left. False when there is none.</summary>
    private bool End(Step step)
    {
        var place = placeOf[step];
        var bit = BigInteger.One << place;
        var seen = new Antichains(open);
        var left = new Antichains(open);
        // Those that needed least come first, so that what they can do all others need not try.
        var work = new Queue<(Explanation, Step? Last, string? Over)>(explanations.Where(seen.Add).OrderBy(one => BigInteger.PopCount(one.Happened)).Select(one => (one, (Step?)null, (string?)null)));
        while (work.TryDequeue(out var entry))
        {
            var (one, last, over) = entry;
            if (Has(one.Happened, place))
            {
                left.Add(one with { Happened = one.Happened ^ bit });
                continue;
            }
            for (var other = 0; other < places.Count; other++)
            {
                if (places[other] is not { } next || Has(one.Happened, other)) continue;
                if (twin.TryGetValue(other, out var earlier) && !Has(one.Happened, earlier)) continue;
                // An open step that is overwritten at once explains nothing, unless what came before it is put back: that moves the index.
                if (last is { MustHappen: false } && next.Kind == StepKind.Put && next.Value != last.Value && next.Value != over) continue;
                if (next.On(one.State) is not { } after) continue;
                var further = new Explanation(after, one.Happened | (BigInteger.One << other));
                if (seen.Add(further)) work.Enqueue((further, next, one.State.Value));
            }
        }
        placeOf.Remove(step);
        places[place] = null;
        free.Push(place);
        mustHappen--;
        explanations = left.All();
        return explanations.Count > 0;
    }

    private static bool Has(BigInteger set, int place) => !((set >> place) & BigInteger.One).IsZero;

    private readonly record struct Explanation(KeyState State, BigInteger Happened);

    /// <summary>Explanations without those that can do no more than another one and used up as many of the open steps.</summary>
    private sealed class Antichains(BigInteger open)
    {
        private readonly Dictionary<(string? Value, BigInteger Closed), List<Explanation>> best = [];

        /// <summary>False when there is one already that can do as much.</summary>
        public bool Add(Explanation one)
        {
            var alike = (one.State.Value, one.Happened - (one.Happened & open));
            if (!best.TryGetValue(alike, out var others)) best[alike] = others = [];
            if (others.Exists(other => CanDoAll(other, one))) return false;
            others.RemoveAll(other => CanDoAll(one, other));
            others.Add(one);
            return true;
        }

        public List<Explanation> All() => best.SelectMany(pair => pair.Value).ToList();

        private static bool CanDoAll(Explanation one, Explanation other) =>
            (one.Happened & other.Happened) == one.Happened && one.State.Covers(other.State);
    }
}
