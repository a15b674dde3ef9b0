using ConsulKvTools.Diagnosis;
using ConsulKvTools.Http;
using ConsulKvTools.Resilience;

namespace ConsulKvTools.Kv.Writing;

/// <summary>
/// One write on its way to a known outcome. An attempt whose answer was lost is asked after before anything else is sent; what is
/// asked and what the answer proves differs by kind and stands in the subclasses.
/// </summary>
internal abstract class WriteRun(ConsulKvSession session, ConsulKvWrite write)
{
    private readonly List<ConsulKvAttempt> attempts = [];
    private readonly List<ConsulFinding> notes = [];
    private long began;
    private TimeSpan? pauseBefore;
    private bool prepared;
    private bool late;

    protected ConsulKvSession Session { get; } = session;

    protected ConsulKvWrite Write { get; } = write;

    /// <summary>What made an attempt ambiguous; null while every attempt's fate is known. Once set it stays: a late attempt may still land.</summary>
    protected Failure? Ambiguity { get; private set; }

    /// <summary>
    /// The greatest index of keys seen before the first attempt: what is not newer was there before us. Answers about other things do not
    /// count: a token's may come from another datacenter, whose raft counts for itself.
    /// </summary>
    protected ulong IndexBefore { get; private set; }

    /// <summary>
    /// Whether the attempt that is sent now could still change something after another one went through, should its answer be lost: false when
    /// it is bound to an index above 0, which never comes back.
    /// </summary>
    protected virtual bool CanLandLate => true;

    /// <summary>True when an attempt whose answer was lost could still take effect after this write has been reported written.</summary>
    protected virtual bool LateAttempt => late;

    /// <summary>Runs to the end. Never throws for what Consul or the network does.</summary>
    public async Task<ConsulKvWriteResult> RunAsync(CancellationToken cancellation)
    {
        began = Session.Time.GetTimestamp();
        IndexBefore = Session.HighestKeyIndex;
        var policy = Session.RetryPolicy;
        using var total = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        total.CancelAfter(policy.TotalTimeout);
        Failure? last = null;
        try
        {
            var step = await Session.Executor.RunAsync(async (_, token) =>
            {
                var next = await NextAsync(token).ConfigureAwait(false);
                last = next.Failure ?? last;
                return next;
            }, next => next.Verdict, (_, pause) => pauseBefore = pause, total.Token).ConfigureAwait(false);
            if (step.Settlement is { } settled) return Result(settled);
        }
        catch (OperationCanceledException)
        {
            if (cancellation.IsCancellationRequested && Ambiguity is null)
                return Result(new Settlement(ConsulKvOutcome.Failed, ConsulFinding.Create("Outcome.Cancelled", ("key", Printable.Text(Write.Key))), null));
            // Time is up: what is known now is what can be said.
        }
        catch (CircuitOpenException open)
        {
            last ??= Classifier.CircuitOpen(Session, Write.Key, open.RetryAfter);
        }
        if (Ambiguity is not null && !total.IsCancellationRequested && await LastWordAsync(last, total.Token).ConfigureAwait(false) is { } word) return Result(word);
        return Result(Unsettled(last));
    }

    /// <summary>The next request of this write.</summary>
    protected abstract ConsulRequest NextRequest();

    /// <summary>The next request in words.</summary>
    protected abstract string Action { get; }

    /// <summary>What the answer 200 says. The default reads Consul's <c>true</c> and <c>false</c>.</summary>
    protected virtual Task<WriteStep> OnAnswerAsync(ConsulResponse response, CancellationToken cancellation) => response.Text switch
    {
        "true" => Task.FromResult(WriteStep.Settled(ConsulKvOutcome.Written)),
        "false" => OnRefusedAsync(cancellation),
        _ => Task.FromResult(OnFailure(new Failure(
            ConsulFinding.Create("Http.BodyMalformed", ("body", Printable.Text(response.ShownText)), ("problem", "the answer to a write is neither true nor false")),
            WriteEffect.Ambiguous, RetryAdvice.AfterAsking, null, false, response.Status))),
    };

    /// <summary>Consul answered <c>false</c>: nothing was written by this attempt. The default sends the next one.</summary>
    protected virtual Task<WriteStep> OnRefusedAsync(CancellationToken cancellation) => Task.FromResult(WriteStep.Again);

    /// <summary>Asks what became of the ambiguous attempts. Settled, failed (the question got no answer), or null: go on with the next request.</summary>
    protected abstract Task<WriteStep?> AskAsync(CancellationToken cancellation);

    /// <summary>The attempt failed. The default leaves it to the failure's own advice.</summary>
    protected virtual Task<WriteStep> OnFailedAsync(Failure failure, ConsulResponse? response, CancellationToken cancellation) =>
        Task.FromResult(OnFailure(failure));

    /// <summary>Something to do before the first attempt; null when there is nothing.</summary>
    protected virtual Task<WriteStep?> PrepareAsync(CancellationToken cancellation) => Task.FromResult<WriteStep?>(null);

    /// <summary>A last chance to settle an ambiguous write; null when it stays open.</summary>
    protected virtual async Task<Settlement?> LastWordAsync(Failure? last, CancellationToken cancellation)
    {
        try
        {
            return (await AskAsync(cancellation).ConfigureAwait(false))?.Settlement;
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    /// <summary>What to compare to find out later, as sentences that follow the command; the key is <paramref name="shown"/>.</summary>
    protected abstract string HowToTell(string shown);

    /// <summary>The command that shows what <see cref="HowToTell"/> speaks of.</summary>
    protected virtual string CommandToTell(string shown) => $"Get-ConsulKvConsistent -Key '{shown}'";

    /// <summary>Reads the key by consensus. Exactly one of entry, missing and failure is given.</summary>
    protected async Task<(ConsulKvEntry? Entry, bool Missing, WriteStep? Failed)> ReadAsync(string key, string why, CancellationToken cancellation)
    {
        var request = ConsulRequest.Get(KvKey.Path(key), "consistent");
        var started = Session.Time.GetTimestamp();
        try
        {
            var response = await Session.Http.SendAsync(request, Session.RetryPolicy.AttemptTimeout, cancellation).ConfigureAwait(false);
            if (!KvReader.KvQueryAnswers(response) || response.Status == 403)
            {
                var failure = Classifier.Classify(response, request, Session, key).For(Session);
                Note(why, started, failure);
                return (null, false, WriteStep.Failed(failure, failure.Retry != RetryAdvice.Never));
            }
            var answer = new KvReader(Session).Interpret(response, key, ConsulConsistency.Consistent);
            Note(why, started, null, response.Status);
            return (answer.Entry, answer.Entry is null, null);
        }
        catch (ConsulTransportException broken)
        {
            var failure = Classifier.Classify(broken, request, Session, key);
            Note(why, started, failure);
            return (null, false, WriteStep.Failed(failure, failure.Retry != RetryAdvice.Never));
        }
        catch (ConsulException malformed)
        {
            var failure = new Failure(malformed.Finding, WriteEffect.NotApplied, RetryAdvice.AfterBackoff, null, false, null);
            Note(why, started, failure);
            return (null, false, WriteStep.Failed(failure, tryAgain: true));
        }
    }

    /// <summary>Sends one request and notes it in the timeline.</summary>
    protected async Task<(ConsulResponse? Response, Failure? Failure)> SendAsync(ConsulRequest request, string action, CancellationToken cancellation)
    {
        var started = Session.Time.GetTimestamp();
        try
        {
            var response = await Session.Http.SendAsync(request, Session.RetryPolicy.AttemptTimeout, cancellation).ConfigureAwait(false);
            var failure = response.Status == 200 ? null : Classifier.Classify(response, request, Session, Write.Key).For(Session);
            Note(action, started, failure, response.Status, refused: failure is null && response.Text == "false");
            return (response, failure);
        }
        catch (ConsulTransportException broken)
        {
            var failure = Classifier.Classify(broken, request, Session, Write.Key);
            Session.Remember(failure);
            Note(action, started, failure);
            return (null, failure);
        }
        catch (OperationCanceledException stopped) when (stopped is not NotSentException)
        {
            // Stopped while under way: nobody will hear the answer any more.
            var failure = new Failure(ConsulFinding.Create("Outcome.UnknownTimeout", ("key", Printable.Text(Write.Key)), ("operation", request.Method)),
                WriteEffect.Ambiguous, RetryAdvice.AfterAsking, null, false, null);
            // What is sent before the first attempt carries nothing of what the caller asked for.
            if (request.IsWrite && prepared) Doubt(failure);
            Note(action, started, failure);
            throw;
        }
    }

    /// <summary>Something worth knowing about this write, should it go through.</summary>
    protected void Remark(string code, params (string Name, object? Value)[] evidence) =>
        notes.Add(ConsulFinding.Create(code, [("key", Printable.Text(Write.Key)), ("address", Session.Address), .. evidence]));

    /// <summary>What a failed attempt means for the next step.</summary>
    protected WriteStep OnFailure(Failure failure)
    {
        if (failure.Effect == WriteEffect.Ambiguous) Doubt(failure);
        var tryAgain = failure.Retry != RetryAdvice.Never
            || (failure.Code == "Acl.TokenNotFound" && Elapsed < Session.RetryPolicy.TokenGrace);
        return WriteStep.Failed(failure, tryAgain);
    }

    /// <summary>An attempt's answer was lost. Never called for what only prepares.</summary>
    protected virtual void Doubt(Failure failure)
    {
        Ambiguity ??= failure;
        late |= CanLandLate;
    }

    /// <summary>Since the write began.</summary>
    protected TimeSpan Elapsed => Session.Time.GetElapsedTime(began);

    /// <summary>The write was not applied and cannot be any more: forget that it once was in doubt.</summary>
    protected void ClearAmbiguity() => Ambiguity = null;

    /// <summary>The outcome of a write that was given up.</summary>
    protected Settlement Unsettled(Failure? last)
    {
        if (Ambiguity is { } open)
            return new Settlement(ConsulKvOutcome.Unknown, open.Finding, null);
        var finding = last is null ? null : Acl.AclFault.Known(last.Finding, Session);
        finding ??= ConsulFinding.Create("Outcome.RetriesExhausted", ("key", Printable.Text(Write.Key)));
        var outcome = IsDenial(last?.Finding ?? finding) ? ConsulKvOutcome.Denied
            : finding.Code == "Txn.OpFailed" ? ConsulKvOutcome.Conflict
            : ConsulKvOutcome.Failed;
        return new Settlement(outcome, finding, null);
    }

    private async Task<WriteStep> NextAsync(CancellationToken cancellation)
    {
        if (!prepared && await PrepareAsync(cancellation).ConfigureAwait(false) is { } waiting) return waiting;
        prepared = true;
        if (Ambiguity is not null && await AskAsync(cancellation).ConfigureAwait(false) is { } asked) return asked;
        var (response, failure) = await SendAsync(NextRequest(), Action, cancellation).ConfigureAwait(false);
        if (failure is not null) return await OnFailedAsync(failure, response, cancellation).ConfigureAwait(false);
        try
        {
            return await OnAnswerAsync(response!, cancellation).ConfigureAwait(false);
        }
        catch (ConsulTransportException malformed)
        {
            // Status 200 and not Consul's words: who knows who answered, and whether the agent was asked at all.
            return OnFailure(new Failure(malformed.ToFinding(), WriteEffect.Ambiguous, RetryAdvice.AfterAsking, null, false, response!.Status));
        }
    }

    /// <summary>Notes one step in the timeline.</summary>
    protected void Note(string action, long started, Failure? failure, int? status = null, bool refused = false)
    {
        if (pauseBefore is { } pause && attempts.Count > 0) attempts[attempts.Count - 1] = attempts[attempts.Count - 1] with { Pause = pause };
        pauseBefore = null;
        attempts.Add(new ConsulKvAttempt
        {
            Number = attempts.Count + 1,
            Action = action,
            StartedAfter = Session.Time.GetElapsedTime(began, started),
            Duration = Session.Time.GetElapsedTime(started),
            Status = status ?? failure?.Status,
            Code = failure?.Code,
            Effect = failure?.Effect ?? (refused ? WriteEffect.NotApplied : WriteEffect.Applied),
        });
    }

    private ConsulKvWriteResult Result(Settlement settled)
    {
        var finding = settled.Finding;
        var unknown = settled.Outcome == ConsulKvOutcome.Unknown;
        var shown = Printable.Text(Write.Key, 120).Replace("'", "''");
        if (Ambiguity is not null && settled.Outcome == ConsulKvOutcome.Written && LateAttempt) Remark("Outcome.LateAttempt");
        return new ConsulKvWriteResult
        {
            Key = Write.Key,
            Kind = Write.Kind,
            ValueSize = Write.Kind is ConsulKvWriteKind.Delete or ConsulKvWriteKind.DeleteCheckAndSet or ConsulKvWriteKind.DeleteTree ? null : Write.Value.Length,
            Outcome = settled.Outcome,
            Finding = finding,
            Message = unknown ? $"{finding!.Title}. It is not known whether this write was stored." : finding?.Title,
            Remedy = unknown
                ? $"Run {CommandToTell(shown)} once the cluster answers, before writing again. {HowToTell(shown)} Invoke-ConsulDiagnosis says why there was no answer."
                : finding?.Remedy,
            ModifyIndex = settled.Index,
            Attempts = attempts.ToArray(),
            Notes = settled.Outcome is ConsulKvOutcome.Written or ConsulKvOutcome.Unchanged ? notes.ToArray() : [],
            Duration = Elapsed,
            Session = Session.Name,
        };
    }

    private static bool IsDenial(ConsulFinding finding) =>
        finding.Layer == ConsulLayer.Acl || finding.Code is "Agent.WriteCidr" or "Agent.EndpointBlocked";
}
