-- Sources that are asked no more and whose hubs still tell us of them: few, and looked for every few seconds.

CREATE INDEX sources_hub_unwanted ON sources (number)
    WHERE hub_until IS NOT NULL AND state NOT IN ('active', 'failing');
