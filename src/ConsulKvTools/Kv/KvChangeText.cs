using System.Globalization;
using System.Text;

namespace ConsulKvTools.Commands;

/// <summary>A change in one line, old → new, for -WhatIf and -Confirm.</summary>
internal static class KvChangeText
{
    private const int Longest = 60;
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    /// <summary>What a write would change.</summary>
    /// <param name="write">The write.</param>
    /// <param name="now">What is there; null when nothing is.</param>
    /// <param name="problem">Why it is not known what is there; null when it is.</param>
    public static string Of(ConsulKvWrite write, ConsulKvEntry? now, string? problem)
    {
        var text = new StringBuilder($"Set {Printable.Text(write.Key, 200)}: ");
        text.Append(problem is not null ? $"(not readable: {problem})" : now is null ? "(no such key)" : Shown(now.Bytes));
        text.Append(" → ").Append(Shown(write.Value));
        if (now is not null && now.Bytes.AsSpan().SequenceEqual(write.Value)) text.Append(" (the same)");
        if ((now?.Flags ?? 0) != write.Flags) text.AppendFormat(CultureInfo.InvariantCulture, ", flags {0} → {1}", now?.Flags ?? 0, write.Flags);
        return text.Append(write.Kind switch
        {
            ConsulKvWriteKind.CheckAndSet when now is not null && now.ModifyIndex != write.Index =>
                string.Format(CultureInfo.InvariantCulture, "; would be refused, because its index is {0}, not {1}", now.ModifyIndex, write.Index),
            ConsulKvWriteKind.CreateOnly when now is not null => "; would be refused, because the key exists",
            ConsulKvWriteKind.Acquire => $", taking the lock for {Printable.Text(write.LockSession, 60)}",
            ConsulKvWriteKind.Release => $", giving the lock of {Printable.Text(write.LockSession, 60)} back",
            _ when now?.LockSession is { } holder => $"; it is locked by {holder}, which a plain write does not heed",
            _ => "",
        }).ToString();
    }

    /// <summary>A value in quotes, cut and with control characters shown; its size when it is no text.</summary>
    public static string Shown(byte[] bytes)
    {
        try
        {
            return "'" + Printable.Text(Strict.GetString(bytes), Longest) + "'";
        }
        catch (DecoderFallbackException)
        {
            return string.Format(CultureInfo.InvariantCulture, "({0:N0} bytes)", bytes.Length);
        }
    }
}
