using System.Globalization;
using ConsulKvTools.Hygiene;

namespace ConsulKvTools.Kv.Changes;

/// <summary>What a write or removal would do, for -WhatIf and -Confirm.</summary>
internal static class KvChangeText
{
    /// <summary>limits.kv_max_value_size of an agent that sets no other; exactly as many are accepted.</summary>
    private const int DefaultValueLimit = 512 * 1024;

    /// <summary>What a write would change.</summary>
    /// <param name="session">Whose secrets are not shown, should a value hold one.</param>
    /// <param name="write">The write.</param>
    /// <param name="now">What is there; null when nothing is.</param>
    /// <param name="problem">Why it is not known what is there; null when it is.</param>
    /// <param name="hidesSecrets">True where nobody was shown the values so far, and is not now: what looks like a secret in them is hidden.</param>
    public static string Of(ConsulKvSession session, ConsulKvWrite write, ConsulKvEntry? now, string? problem, bool hidesSecrets = false)
    {
        var difference = new ValueDifference(session.Mask.OwnOf);
        var key = Printable.Text(write.Key, 200);
        var same = now is not null && now.Bytes.AsSpan().SequenceEqual(write.Value);
        var value = Shown(write.Key, write.Value, hidesSecrets);
        if (problem is not null) return $"Set {key}: (not readable: {problem}) → {difference.Shown(value)}{Conditions(write, write.Flags == 0 ? "" : Flags(null, write.Flags))}{Oversize(write)}";
        if (now is null) return $"Set {key}: (no such key, would be created) → {difference.Shown(value)}{Conditions(write, write.Flags == 0 ? "" : Flags(null, write.Flags))}{Refusal(write, null)}{Oversize(write)}";
        var flags = now.Flags == write.Flags ? "" : Flags(now.Flags, write.Flags);
        var change = !same ? difference.Between(Shown(write.Key, now.Bytes, hidesSecrets), value) : flags.Length == 0 ? $"no change, it is {difference.Shown(value)} already" : $"{difference.Shown(value)} stays";
        var rest = Conditions(write, flags) + Refusal(write, now) + Oversize(write);
        // What was said line by line is not followed by more on its last line.
        return $"Set {key}: {change}" + (change.IndexOf('\n') >= 0 && rest.Length > 0 ? "\n  " + rest.TrimStart(',', ';', ' ') : rest);
    }

    /// <summary>What there is, for a removal: the value, or why there is none.</summary>
    public static string Removal(ConsulKvSession session, ConsulKvWrite write, ConsulKvEntry? now, string? problem, bool hidesSecrets = false)
    {
        var there = problem is not null ? $"not readable: {problem}" : now is null ? "there is no such key" : "now " + new ValueDifference(session.Mask.OwnOf).Shown(Shown(write.Key, now.Bytes, hidesSecrets));
        return $"Remove {Printable.Text(write.Key, 200)} ({there}){(problem is null ? Refusal(write, now) : "")}";
    }

    private static byte[] Shown(string key, byte[] value, bool hidesSecrets) => hidesSecrets ? ValueMask.Apply(key, value) : value;

    private static string Flags(ulong? old, ulong now) => string.Format(CultureInfo.InvariantCulture, old is null ? ", flags {1}" : ", flags {0} → {1}", old, now);

    private static string Conditions(ConsulKvWrite write, string flags) => flags + write.Kind switch
    {
        ConsulKvWriteKind.Acquire => $", taking the lock for {Printable.Text(write.LockSession, 60)}",
        ConsulKvWriteKind.Release => $", giving the lock of {Printable.Text(write.LockSession, 60)} back",
        _ => "",
    };

    /// <summary>The limit is told by the agent's refusal only, so it is the usual one that is named, and as that.</summary>
    private static string Oversize(ConsulKvWrite write) => write.Value.Length <= DefaultValueLimit ? ""
        : string.Format(CultureInfo.InvariantCulture, "; would be refused, because {0:N0} bytes are more than {1:N0}, unless the agent's kv_max_value_size allows them", write.Value.Length, DefaultValueLimit);

    /// <summary>What would come of it now, where that is not simply that it is done.</summary>
    private static string Refusal(ConsulKvWrite write, ConsulKvEntry? now) => write.Kind switch
    {
        ConsulKvWriteKind.CheckAndSet or ConsulKvWriteKind.CreateOnly when write.Index == 0 => now is null ? "" : "; would be refused, because the key exists",
        ConsulKvWriteKind.CheckAndSet when now is null => $"; would be refused, because there is no such key with the index {write.Index}",
        ConsulKvWriteKind.CheckAndSet or ConsulKvWriteKind.DeleteCheckAndSet when now is not null && now.ModifyIndex != write.Index =>
            string.Format(CultureInfo.InvariantCulture, "; would be refused, because its index is {0}, not {1}", now.ModifyIndex, write.Index),
        ConsulKvWriteKind.Acquire when now?.LockSession is { } holder && holder != write.LockSession => $"; would be refused, because the lock session {holder} holds it",
        ConsulKvWriteKind.Release when now?.LockSession != write.LockSession => $"; would be refused, because {(now?.LockSession is { } holder ? $"the lock session {holder} holds it" : "no lock session holds it")}",
        ConsulKvWriteKind.Put or ConsulKvWriteKind.Delete when now?.LockSession is { } holder => $"; it is locked by {holder}, which a plain {(write.Kind == ConsulKvWriteKind.Put ? "write" : "removal")} does not heed",
        _ => "",
    };
}
