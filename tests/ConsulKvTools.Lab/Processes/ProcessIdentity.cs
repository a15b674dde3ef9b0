using System.Diagnostics;
using System.Globalization;

namespace ConsulKvTools.Lab;

/// <summary>A process id together with its start time: an id alone is handed out again and must never be signalled.</summary>
/// <param name="Id">The process id.</param>
/// <param name="Start">When it started, in a form that is only compared for equality (Linux: boot id and clock ticks).</param>
internal sealed record ProcessIdentity(int Id, string Start)
{
    private static readonly string Boot = OperatingSystem.IsLinux() ? File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim() : "";

    /// <summary>Where process ids mean something: two containers may share the temp folder but not the ids.</summary>
    public static string Scope { get; } = OperatingSystem.IsLinux()
        ? new FileInfo("/proc/self/ns/pid").LinkTarget ?? Environment.MachineName
        : Environment.MachineName;

    public static ProcessIdentity Current { get; } = Of(Environment.ProcessId)!;

    public bool IsAlive => Of(Id) == this;

    /// <summary>The process that has this id now; null when there is none or it is only waiting to be reaped.</summary>
    public static ProcessIdentity? Of(int id)
    {
        try
        {
            if (!OperatingSystem.IsLinux())
            {
                using var process = Process.GetProcessById(id);
                return new(id, process.StartTime.ToUniversalTime().Ticks.ToString(CultureInfo.InvariantCulture));
            }
            // The second field is the program's name and may contain blanks and brackets, so count from its end.
            var stat = File.ReadAllText($"/proc/{id}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] is "Z" or "X" ? null : new(id, $"{Boot}:{fields[19]}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or InvalidOperationException)
        {
            return null;
        }
    }

    public override string ToString() => $"{Id} {Start}";

    public static ProcessIdentity? Parse(string text) =>
        text.Split(' ', 2) is [var id, var start] && int.TryParse(id, out var number) ? new(number, start) : null;
}
