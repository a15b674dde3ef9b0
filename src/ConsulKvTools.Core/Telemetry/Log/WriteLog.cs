using System.Collections.Concurrent;

namespace ConsulKvTools.Telemetry.Log;

/// <summary>
/// Takes writes that ended, and has them appended to a file by a thread of its own, which lives as long as there is something to do. A
/// write waits for the log only when it is far behind, for a second at most, and never fails of it: lines that cannot be written are counted.
/// </summary>
internal sealed class WriteLog
{
    private const int Room = 16 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LastWord = TimeSpan.FromSeconds(3);
    private static readonly ConcurrentDictionary<WriteLogSettings, WriteLog> All = new();

    private readonly object gate = new();
    private readonly WriteLogFile file;
    private List<WriteLogEntry> waiting = [];
    private List<WriteLogEntry> taken = [];
    private long accepted;
    private long finished;
    private bool isRunning;
    private bool isStuck;

    private WriteLog(WriteLogSettings settings)
    {
        Path = settings.Path;
        file = new WriteLogFile(settings);
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The log of these settings: one for all sessions of this process.</summary>
    public static WriteLog Of(WriteLogSettings settings)
    {
        if (All.IsEmpty) AppDomain.CurrentDomain.ProcessExit += FlushAll;
        return All.GetOrAdd(settings, given => new WriteLog(given));
    }

    /// <summary>Takes an entry.</summary>
    public void Add(in WriteLogEntry entry)
    {
        lock (gate)
        {
            // Who finds the log stuck after the first has waited for it does not wait as well.
            if (waiting.Count >= Room && !isStuck) isStuck = !WaitFor(() => waiting.Count < Room, Patience);
            if (waiting.Count >= Room)
            {
                entry.Telemetry.Lose(1, "the disk was too slow");
                return;
            }
            waiting.Add(entry);
            accepted++;
            if (!isRunning)
            {
                isRunning = true;
                // Not of the pool, whose threads may all be busy with writes that wait for room here.
                new Thread(Run) { IsBackground = true, Name = "ConsulKvTools write log" }.Start();
            }
            else if (waiting.Count == 1) Monitor.PulseAll(gate);
        }
    }

    /// <summary>Waits until what was taken so far is in the file, or lost, or the time is up.</summary>
    public void Flush(TimeSpan patience)
    {
        lock (gate)
        {
            var until = accepted;
            if (finished >= until || isStuck) return;
            isStuck = !WaitFor(() => finished >= until, patience);
        }
    }

    private static void FlushAll(object? sender, EventArgs end)
    {
        foreach (var log in All.Values) log.Flush(LastWord);
    }

    private bool WaitFor(Func<bool> condition, TimeSpan patience)
    {
        var until = Environment.TickCount + (int)patience.TotalMilliseconds;
        while (!condition())
        {
            var left = unchecked(until - Environment.TickCount);
            if (left <= 0 || !Monitor.Wait(gate, left)) return condition();
        }
        return true;
    }

    private void Run()
    {
        var text = new MemoryStream();
        var ends = new List<int>();
        while (true)
        {
            lock (gate)
            {
                while (waiting.Count == 0)
                    if (!Monitor.Wait(gate, Idle) && waiting.Count == 0)
                    {
                        isRunning = false;
                        return;
                    }
                (waiting, taken) = (taken, waiting);
                Monitor.PulseAll(gate);
            }
            Write(text, ends);
            lock (gate)
            {
                finished += taken.Count;
                taken.Clear();
                isStuck = false;
                Monitor.PulseAll(gate);
            }
            if (text.Capacity > 1024 * 1024) text = new MemoryStream();
        }
    }

    private void Write(MemoryStream text, List<int> ends)
    {
        text.SetLength(0);
        ends.Clear();
        try
        {
            foreach (var entry in taken)
            {
                WriteLogLine.Append(text, entry);
                ends.Add((int)text.Length);
            }
            file.Append(text, ends);
        }
        catch (WriteLogException failed)
        {
            foreach (var lost in taken.Skip(failed.Written)) lost.Telemetry.Lose(1, failed.Problem);
        }
    }
}
