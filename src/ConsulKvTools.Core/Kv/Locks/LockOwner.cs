using System.Diagnostics;
using System.Text.Json;

namespace ConsulKvTools.Kv.Locks;

/// <summary>Who holds a lock, as its value tells others: user, machine, process. Never a command line, which may hold secrets.</summary>
internal static class LockOwner
{
    /// <summary><c>user@machine</c>.</summary>
    public static string Name { get; } = $"{Environment.UserName}@{Environment.MachineName}";

    /// <summary>The value of a lock's key.</summary>
    public static byte[] Value(string lockSession, DateTimeOffset since)
    {
        using var process = Process.GetCurrentProcess();
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("Owner", Name);
            json.WriteNumber("ProcessId", process.Id);
            json.WriteString("Program", process.ProcessName);
            json.WriteString("LockSession", lockSession);
            json.WriteString("Since", since.UtcDateTime);
            json.WriteEndObject();
        }
        return buffer.ToArray();
    }
}
