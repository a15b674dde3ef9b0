using ConsulKvTools.Tests.Kv.Outcomes.Model;

namespace ConsulKvTools.Tests.Kv.Outcomes.Exploring;

/// <summary>What others may do between any two steps.</summary>
internal static class Strangers
{
    public const string Us = "11111111-1111-1111-1111-111111111111";
    public const string Them = "22222222-2222-2222-2222-222222222222";

    /// <summary>Everything that would change the store now, with a name.</summary>
    public static IEnumerable<(string Name, KvModel After)> Actions(KvModel model, Scenario scenario)
    {
        var locks = scenario.Writes.Any(write => write.LockSession is not null);
        foreach (var write in scenario.Writes)
        {
            var key = write.Kind == ConsulKvWriteKind.DeleteTree ? write.Key + "a" : write.Key;
            var same = System.Text.Encoding.UTF8.GetString(write.Value);
            if (Changes($"put {key}=W", new("set", key, "W")) is { } other) yield return other;
            if (Changes($"put {key}=same", new("set", key, same, write.Flags)) is { } equal) yield return equal;
            if (Changes($"delete {key}", new("delete", key)) is { } gone) yield return gone;
            if (model[key] is not null)
            {
                var removed = model.Apply(new KvModelOperation("delete", key)).After;
                yield return ($"recreate {key}=W", removed.Apply(new KvModelOperation("set", key, "W")).After);
                yield return ($"recreate {key}=same", removed.Apply(new KvModelOperation("set", key, same, write.Flags)).After);
            }
            if (!locks) continue;
            if (Changes($"they lock {key}", new("lock", key, "W", LockSession: Them)) is { } taken) yield return taken;
            if (Changes($"they unlock {key}", new("unlock", key, "W", LockSession: Them)) is { } given) yield return given;
        }
        if (locks && model.LockSessions.Contains(Us)) yield return ("our lock session ends", model.EndLockSession(Us));

        (string, KvModel)? Changes(string name, KvModelOperation operation)
        {
            var (after, answer) = model.Apply(operation);
            return answer.Changed.Count > 0 ? (name, after) : null;
        }
    }
}
