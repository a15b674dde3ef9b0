using System.Globalization;

namespace ConsulKvTools.FaultRun.Checking;

/// <summary>
/// One key as far as it is known. Consul's answer to a plain PUT does not carry the index, so the index may be unknown: then it is only known to
/// be greater than a floor and to differ from those that a refused check named.
/// </summary>
/// <param name="Value">The value; null when there is no such key.</param>
/// <param name="Index">ModifyIndex; 0 while it is not known.</param>
/// <param name="Floor">An unknown index, and that of the next write, is greater than this.</param>
/// <param name="Not">What an unknown index is not, in ascending order, each followed by a comma: text, because it has to be compared.</param>
internal readonly record struct KeyState(string? Value, ulong Index, ulong Floor, string Not)
{
    /// <summary>No such key, and none before.</summary>
    public static KeyState Missing { get; } = new(null, 0, 0, "");

    /// <summary>The key's index is this one; null when it cannot be.</summary>
    public KeyState? At(ulong index)
    {
        if (Value is null) return null;
        if (Index != 0) return Index == index ? this : null;
        return index > Floor && !Excludes(index) ? new KeyState(Value, index, 0, "") : null;
    }

    /// <summary>The key's index is not this one; null when it is.</summary>
    public KeyState? NotAt(ulong index)
    {
        if (Value is null || Excludes(index)) return this;
        if (Index != 0) return Index == index ? null : this;
        if (index <= Floor) return this;
        return this with { Not = string.Concat(Numbers().Append(index).Order().Select(one => Text(one))) };
    }

    /// <summary>The value is stored. An identical value moves no index.</summary>
    /// <param name="value">The value.</param>
    /// <param name="floor">The greatest index that anybody had seen when the write began.</param>
    /// <param name="index">The index after it; null when it was not told.</param>
    /// <returns>Null when the index cannot be that one.</returns>
    public KeyState? Store(string value, ulong floor, ulong? index)
    {
        if (Value == value) return index is { } same ? At(same) : this;
        var low = Math.Max(Math.Max(Index, Floor), floor);
        if (index is { } told) return told > low ? new KeyState(value, told, 0, "") : null;
        return new KeyState(value, 0, low, "");
    }

    /// <summary>The key is removed.</summary>
    public KeyState Remove(ulong floor) => Value is null ? this : new KeyState(null, 0, Math.Max(Math.Max(Index, Floor), floor), "");

    /// <summary>Whatever is possible for the other, which has the same value, is possible for this one, too: it is not known more exactly.</summary>
    public bool Covers(KeyState other)
    {
        if (Index != 0) return Index == other.Index;
        if (other.Index != 0) return other.Index > Floor && !Excludes(other.Index);
        if (Floor > other.Floor) return false;
        return Not.Length == 0 || Not == other.Not || Numbers().All(number => number <= other.Floor || other.Excludes(number));
    }

    /// <inheritdoc/>
    public override string ToString() => Value is null ? "no key" : Index != 0 ? $"'{Value}' at {Index}" : $"'{Value}' above {Floor}";

    private IEnumerable<ulong> Numbers() => Not.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(text => ulong.Parse(text, CultureInfo.InvariantCulture));

    private bool Excludes(ulong index) => Not.Length > 0 && ("," + Not).Contains("," + Text(index), StringComparison.Ordinal);

    private static string Text(ulong index) => index.ToString(CultureInfo.InvariantCulture) + ",";
}
