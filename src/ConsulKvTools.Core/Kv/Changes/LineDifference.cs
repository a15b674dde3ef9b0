namespace ConsulKvTools.Kv.Changes;

/// <summary>The least lines to take out and to put in, by the longest common subsequence, bounded in time and room.</summary>
internal static class LineDifference
{
    // A table of so many cells is 4 MiB and takes milliseconds.
    private const int MostCells = 1_000_000;

    /// <summary>The parts that differ, in order; empty when nothing does. Where there is too much to compare, one part from the first to the last difference.</summary>
    public static IReadOnlyList<LineChange> Between(string[] old, string[] now)
    {
        var head = 0;
        while (head < old.Length && head < now.Length && old[head] == now[head]) head++;
        var tail = 0;
        while (tail < old.Length - head && tail < now.Length - head && old[old.Length - 1 - tail] == now[now.Length - 1 - tail]) tail++;
        var (removed, added) = (old.Length - head - tail, now.Length - head - tail);
        if (removed == 0 && added == 0) return [];
        if (removed == 0 || added == 0 || (long)removed * added > MostCells) return [new LineChange(head, removed, head, added)];
        return Walk(old, now, head, removed, added);
    }

    private static List<LineChange> Walk(string[] old, string[] now, int head, int removed, int added)
    {
        var common = new int[removed + 1, added + 1];
        for (var left = removed - 1; left >= 0; left--)
            for (var right = added - 1; right >= 0; right--)
                common[left, right] = old[head + left] == now[head + right] ? common[left + 1, right + 1] + 1 : Math.Max(common[left + 1, right], common[left, right + 1]);
        var changes = new List<LineChange>();
        for (int left = 0, right = 0; left < removed || right < added;)
        {
            var (fromLeft, fromRight) = (left, right);
            while (left < removed || right < added)
            {
                if (left < removed && right < added && old[head + left] == now[head + right]) break;
                if (right == added || (left < removed && common[left + 1, right] >= common[left, right + 1])) left++;
                else right++;
            }
            if (left > fromLeft || right > fromRight) changes.Add(new LineChange(head + fromLeft, left - fromLeft, head + fromRight, right - fromRight));
            while (left < removed && right < added && old[head + left] == now[head + right]) (left, right) = (left + 1, right + 1);
        }
        return changes;
    }
}
