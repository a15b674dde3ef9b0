using System.Security.Cryptography;

namespace ConsulKvTools.Telemetry;

/// <summary>
/// Ids of operations: GUIDs of version 7 (RFC 9562), which begin with the time. As text they sort in the order in which they were made, within
/// a process exactly, between machines as well as their clocks agree.
/// </summary>
internal static class OperationIds
{
    private const long UnixEpoch = 621355968000000000;

    // Only who can guess the beginning could guess an id. No secret hangs on it: it has to be nobody else's.
    private static long state = Seed();
    private static long last;

    /// <summary>A new id.</summary>
    /// <param name="now">The time it begins with.</param>
    public static Guid Next(DateTimeOffset now)
    {
        var stamp = Stamp(now.UtcTicks - UnixEpoch);
        var noise = Mix((ulong)Interlocked.Add(ref state, unchecked((long)0x9E3779B97F4A7C15)));
        var milliseconds = stamp >> 12;
        return new Guid((int)(milliseconds >> 16), (short)milliseconds, (short)(0x7000 | (stamp & 0xFFF)),
            (byte)(0x80 | (noise >> 58)), (byte)(noise >> 48), (byte)(noise >> 40), (byte)(noise >> 32), (byte)(noise >> 24), (byte)(noise >> 16), (byte)(noise >> 8), (byte)noise);
    }

    /// <summary>Milliseconds and 4096ths of them, never twice the same in a process.</summary>
    private static long Stamp(long ticks)
    {
        var now = (ticks / TimeSpan.TicksPerMillisecond << 12) | (ticks % TimeSpan.TicksPerMillisecond * 4096 / TimeSpan.TicksPerMillisecond);
        while (true)
        {
            var before = Interlocked.Read(ref last);
            var next = now > before ? now : before + 1;
            if (Interlocked.CompareExchange(ref last, next, before) == before) return next;
        }
    }

    /// <summary>SplitMix64's finish: each of the 2^64 states gives another number.</summary>
    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }

    private static long Seed()
    {
        var bytes = new byte[8];
        using var random = RandomNumberGenerator.Create();
        random.GetBytes(bytes);
        return BitConverter.ToInt64(bytes, 0);
    }
}
