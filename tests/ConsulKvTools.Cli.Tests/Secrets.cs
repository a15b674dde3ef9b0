using System.Collections.Concurrent;
using System.Text;

namespace ConsulKvTools.Cli.Tests;

/// <summary>The tokens in use. Nothing that consulkv says may hold one, nor eight characters of one in a row.</summary>
internal static class Secrets
{
    private const int Part = 8;
    private static readonly ConcurrentDictionary<string, bool> Known = new();

    public static void Remember(string secret) => Known[secret] = true;

    public static void AssertAbsent(byte[] output, string where) => AssertAbsent(Encoding.Latin1.GetString(output), where);

    public static void AssertAbsent(string output, string where)
    {
        foreach (var secret in Known.Keys)
            for (var start = 0; start + Part <= secret.Length; start++)
                Assert.False(output.Contains(secret.AsSpan(start, Part), StringComparison.OrdinalIgnoreCase), $"{where} holds a part of a token.");
    }
}
